"""What hidden tests are written with, and what runs them."""
