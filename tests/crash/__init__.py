"""Is anything lost, or done twice, when processes, store, disk, channel and clock break while the city talks?"""
