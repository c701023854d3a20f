"""The state of all customers on one page; every mark leads to a list."""
