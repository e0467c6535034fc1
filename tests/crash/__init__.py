"""Is anything lost, or done twice, when processes, store, disk, channel and clock break while the city talks?"""

import sys
from pathlib import Path

# What the tests share lies beside this package; pytest looks there by itself.
sys.path.append(str(Path(__file__).parents[1]))
