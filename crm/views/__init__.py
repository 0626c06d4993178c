"""Thin views, split by noun. Each starts at `request.user`; a stranger's id is simply 404."""
