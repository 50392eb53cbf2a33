"""What the hidden tests of several assignments share: cases, oracles and checks of sequence models."""
