"""Pictures as inline SVG: attributes and classes alone, since the page's policy forbids inline styles."""
