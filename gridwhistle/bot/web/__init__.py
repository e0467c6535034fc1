"""The pages: resident chat, worker desk, public ledger."""
