"""What Assist can ask and do, with and without a language model."""
