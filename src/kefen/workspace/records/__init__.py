"""What people enter of customers: their records, contacts, notes, files, and who changed what."""
