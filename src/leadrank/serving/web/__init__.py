"""The pages under /app: server-rendered, no script is needed for what matters, and nothing comes from elsewhere."""
