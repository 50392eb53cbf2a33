"""What hidden tests about torch modules share, whatever the module computes."""
