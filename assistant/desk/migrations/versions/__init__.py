"""The revisions, oldest first. No revision is changed once it was released."""
