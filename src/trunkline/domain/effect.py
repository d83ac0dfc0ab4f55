"""What the domain wants done: commands for the core, events, words for guests and neighbours."""

from trunkline.model import trunk
from trunkline.model.command import Command
from trunkline.model.demand import Demand
from trunkline.model.event import RoomEvent
from trunkline.model.signal import Tell

Effect = Command | RoomEvent | Tell | Demand | trunk.Tell | trunk.SaidHere | trunk.SpokenHere
