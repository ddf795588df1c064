"""What people look at: one self-contained page, drawn from records. No protocol here."""
