"""The list of customers, saved views of it, and each customer's page."""
