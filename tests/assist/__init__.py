"""Tests of what Assist, with and without a language model, can ask and do."""
