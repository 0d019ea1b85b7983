"""Who came to an invented sitting, and who spoke."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from evaluations.demo import phrases
from evaluations.demo.names import invented_name
from evaluations.demo.rosters import House, Person
from evaluations.demo.tables import Keys, Table
from meetings.models import Attendance, Opinion
from meetings.roll_call import has_a_vote


@dataclass(slots=True)
class Roll:
    """What the rest of the sitting needs of the roll call."""

    called: int = 0
    present: list[tuple[Person, int]] = field(default_factory=list)  # with the key of the attendance
    votes: int = 0

    def holds(self, person: Person | None) -> bool:
        return person is not None and any(other is person for other, _key in self.present)


class RollCalls:
    def __init__(self, cursor):
        self.keys = Keys(cursor, Attendance, 20_000)
        self.attendances = Table(Attendance, "id", "meeting_id", "member_id", "guest_name", "standing", "exemption", "presence", "reason")
        self.opinions = Table(Opinion, "meeting_id", "attendance_id", "text")

    def call(self, house: House, meeting: int, day: date, rng: Random) -> Roll:
        roll = Roll()
        secretary_comes = house.deputy is None or rng.random() < 0.98
        for person in house.on(day):
            exemption, standing = person.exemption_on(day), person.standing_on(day)
            if person is house.secretary:
                presence, reason = ("PRESENT", "") if secretary_comes else ("EXCUSED", "Đi công tác")
            elif person is house.deputy and not secretary_comes:
                presence, reason = "PRESENT", ""
            else:
                presence, reason = self.presence(house, person, exemption, rng)
            key = self.keys.next()
            self.attendances.add(key, meeting, person.key, "", standing, exemption, presence, reason)
            roll.called += 1
            if presence == "PRESENT":
                roll.present.append((person, key))
                roll.votes += has_a_vote(standing, exemption)
        if rng.random() < 0.15:
            guest = f"{invented_name(rng)} ({house.committee_name})"
            self.attendances.add(self.keys.next(), meeting, None, guest, "", "", "PRESENT", "")
        return roll

    def presence(self, house: House, person: Person, exemption: str, rng: Random) -> tuple[str, str]:
        if exemption == "SPECIAL_DUTY":
            return "SPECIAL_DUTY", ""
        if exemption:
            comes = exemption == "EXEMPT" and rng.random() < 0.06
            return ("PRESENT" if comes else "NOT_EXPECTED"), ""
        if rng.random() < house.temper.attendance * person.comes:
            return "PRESENT", ""
        if rng.random() < house.temper.unexcused:
            return "UNEXCUSED", ""
        return "EXCUSED", rng.choice(phrases.REASONS_OF_ABSENCE)

    def let_speak(self, house: House, meeting: int, roll: Roll, *, is_secret: bool, rng: Random) -> None:
        """Some of those present speak, the ready ones sooner; the words of about half of them are written down."""
        share = min(1.0, max(0.1, rng.gauss(house.temper.speaking, 0.08 if house.temper.varied else 0.0)))
        speakers = max(min(2, len(roll.present)), round(share * len(roll.present)))
        for _wait, key in sorted((rng.expovariate(person.speaks), key) for person, key in roll.present)[:speakers]:
            text = rng.choice(phrases.OPINIONS) if house.temper.varied else phrases.SAME_OPINION
            self.opinions.add(meeting, key, text if not is_secret and rng.random() < 0.45 else "")

    def write(self, cursor) -> None:
        self.attendances.write(cursor)
        self.opinions.write(cursor)
