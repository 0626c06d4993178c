"""The invented network of the demo account: who they are, what was talked about, and what was promised. Days count from
the day the demo is made; nobody here exists, and every address ends in .example."""

from typing import NamedTuple


class Person(NamedTuple):
    name: str
    role: str
    organisation: str
    place: str
    zone: str
    how_met: str
    tags: tuple[str, ...]
    stage: str
    known_for: int  # days
    through: str = ""
    note: str = ""


class Talk(NamedTuple):
    who: str
    days: int  # from today: past ones were held
    at: str
    minutes: int
    medium: str
    where: str
    purpose: str


class Owed(NamedTuple):
    who: str
    what: str
    promised: int  # days from today, as the next two
    due: int
    end: str = ""  # kept, let go; empty while it is open
    closed: int = 0
    whose: str = "mine"


class Rhythm(NamedTuple):
    who: str
    every: int
    unit: str
    last_touch: int  # days ago


PEOPLE = (
    # continue: whom I stay in touch with
    Person("Ingrid Solheim", "Head of flood forecasting", "Fjordwatch", "Bergen", "Europe/Oslo", "River days in Bergen",
           ("hydrology", "mentor"), "continue", 240, "", "Runs the flood desk. Reads everything on gauge stations first."),
    Person("Kwame Boateng", "Hydrologist", "Volta Basin Lab", "Accra", "Africa/Accra", "Introduced by mail",
           ("hydrology",), "continue", 210, "Ingrid Solheim", "Knows which sensors survive a rainy season."),
    Person("Zsófia Nagy", "Editor", "Duna Review", "Budapest", "Europe/Budapest", "Wrote to her after an essay",
           ("writing",), "continue", 200, "", "Answers letters by hand. Likes a question that fits on a card."),
    Person("Nhung Trần", "Sensor designer", "Lotus Instruments", "Hanoi", "Asia/Ho_Chi_Minh", "Sensor fair",
           ("sensors",), "continue", 180, "Kwame Boateng", "Built the low-cost gauge everybody copies."),
    Person("Rafael Pinto", "Port planner", "Tejo Harbour Office", "Lisbon", "Europe/Lisbon", "Harbour walk",
           ("ports", "mentor"), "continue", 170, "", "Thinks in decades. Walks the quay every Friday."),
    Person("Amina El-Sayed", "Data lead", "Delta Commons", "Alexandria", "Africa/Cairo", "Open data camp",
           ("data",), "continue", 150, "Kwame Boateng", "Publishes every dataset with its mistakes."),
    Person("Björn Þórsson", "Geologist", "Katla Survey", "Reykjavík", "Atlantic/Reykjavik", "On the ferry",
           ("geology",), "continue", 140, "Ingrid Solheim", ""),
    Person("Priya Raghunathan", "Programme officer", "Monsoon Fund", "Pune", "Asia/Kolkata", "Panel on early warning",
           ("funding",), "continue", 130, "", "Says no quickly, which is a kindness."),
    Person("Mateo Quispe", "Irrigation engineer", "Altiplano Water", "La Paz", "America/La_Paz", "A friend of Priya",
           ("hydrology",), "continue", 120, "Priya Raghunathan", ""),
    Person("Leilani Kahale", "Reef biologist", "Moku Institute", "Hilo", "Pacific/Honolulu", "Night train to the coast",
           ("oceans",), "continue", 110, "", ""),
    Person("Yusuf Demir", "Bridge inspector", "Halic Engineers", "Istanbul", "Europe/Istanbul", "Guided tour",
           ("bridges",), "continue", 100, "Rafael Pinto", ""),
    # met, to be decided
    Person("Ana Souza", "Head of data", "Rio Claro Analytics", "São Paulo", "America/Sao_Paulo", "Data meetup",
           ("data",), "met", 30, "Amina El-Sayed", "Moved from physics at thirty. Would begin with statistics today."),
    Person("Chidi Okafor", "Product manager", "Lagoon Transit", "Lagos", "Africa/Lagos", "Answered my letter",
           ("transit",), "met", 26, "", "Best part: riding the bus he planned."),
    Person("Hana Kobayashi", "Researcher", "Sumida River Lab", "Tokyo", "Asia/Tokyo", "Nhung wrote to us both",
           ("hydrology", "sensors"), "met", 24, "Nhung Trần", ""),
    Person("Tomás Ó Briain", "Editor in chief", "The Tidal Post", "Galway", "Europe/Dublin", "Book launch",
           ("writing",), "met", 21, "Zsófia Nagy", ""),
    Person("Fatou Ndiaye", "Founder", "Baobab Mobility", "Dakar", "Africa/Dakar", "Founders’ breakfast",
           ("transit", "funding"), "met", 18, "Priya Raghunathan", ""),
    Person("Elif Aydın", "Architect", "Golden Horn Studio", "Istanbul", "Europe/Istanbul", "Yusuf’s bridge tour",
           ("bridges",), "met", 15, "Yusuf Demir", ""),
    # scheduled: a time is set
    Person("Oluwaseun Adeyemi", "Flood modeller", "Niger Watch", "Abuja", "Africa/Lagos", "Kwame said: talk to him",
           ("hydrology",), "scheduled", 16, "Kwame Boateng", ""),
    Person("Marta Wójcik", "Dyke warden", "Vistula Board", "Gdańsk", "Europe/Warsaw", "Letter to the board",
           ("ports",), "scheduled", 14, "", ""),
    Person("Noah Tremblay", "Ice analyst", "North Channel Ice", "Québec", "America/Toronto", "Ingrid’s conference",
           ("geology",), "scheduled", 12, "Ingrid Solheim", ""),
    Person("Siti Rahmawati", "Mangrove planner", "Pesisir Lestari", "Semarang", "Asia/Jakarta", "Delta webinar",
           ("oceans",), "scheduled", 11, "Amina El-Sayed", ""),
    Person("Giulia Ferraro", "Curator", "Museo dell’Acqua", "Venice", "Europe/Rome", "Zsófia’s postcard",
           ("writing",), "scheduled", 9, "Zsófia Nagy", ""),
    # asked: no answer yet
    Person("Dimitri Papadakis", "Harbour pilot", "Aegean Pilots", "Piraeus", "Europe/Athens", "Rafael named him",
           ("ports",), "asked", 10, "Rafael Pinto", ""),
    Person("Wanjiru Kamau", "Venture partner", "Savanna Seed", "Nairobi", "Africa/Nairobi", "Fatou’s list",
           ("funding",), "asked", 9, "Fatou Ndiaye", ""),
    Person("Luc Moreau", "Hydrographer", "Seine Bureau", "Paris", "Europe/Paris", "His talk on river maps",
           ("hydrology",), "asked", 8, "", ""),
    Person("Mei Lin Tan", "Robotics lead", "Straits Robotics", "Singapore", "Asia/Singapore", "Nhung’s old team",
           ("sensors",), "asked", 6, "Nhung Trần", ""),
    Person("Sofía Herrera", "Journalist", "Agua Clara", "Mexico City", "America/Mexico_City", "Tomás’s anthology",
           ("writing",), "asked", 4, "Tomás Ó Briain", ""),
    Person("Arjun Mehta", "Climate economist", "Deccan Institute", "Hyderabad", "Asia/Kolkata", "Panel with Priya",
           ("funding",), "asked", 3, "Priya Raghunathan", ""),
    # to meet
    Person("Aroha Parata", "River guardian", "Whanganui Trust", "Whanganui", "Pacific/Auckland", "Radio interview",
           ("hydrology",), "to_meet", 20),
    Person("Daniel Cohen", "Desalination engineer", "Carmel Water", "Haifa", "Asia/Jerusalem", "A paper of his",
           ("oceans",), "to_meet", 19),
    Person("Katarzyna Nowak", "Statistician", "Baltic Figures", "Gdynia", "Europe/Warsaw", "Marta’s neighbour",
           ("data",), "to_meet", 13, "Marta Wójcik"),
    Person("José Luis Ortega", "Canal historian", "Archivo del Canal", "Zaragoza", "Europe/Madrid", "Footnote in a book",
           ("writing",), "to_meet", 12),
    Person("Thandiwe Mokoena", "City planner", "Jozi Works", "Johannesburg", "Africa/Johannesburg", "Conference list",
           ("transit",), "to_meet", 7),
    Person("Petra Lindqvist", "Lock keeper", "Göta Canal Guild", "Töreboda", "Europe/Stockholm", "Canal holiday",
           ("ports",), "to_meet", 5),
    Person("Minh Anh Lê", "Cartographer", "Mekong Maps", "Cần Thơ", "Asia/Ho_Chi_Minh", "Hana’s co-author",
           ("data",), "to_meet", 2, "Hana Kobayashi"),
    Person("Farid Haidari", "Well digger", "Kariz Revival", "Herat", "Asia/Kabul", "Film about karez",
           ("hydrology",), "to_meet", 1),
    # dropped: history kept, no more nags
    Person("Greta Hoffmann", "Consultant", "Klarsicht", "Hamburg", "Europe/Berlin", "Trade fair",
           ("ports",), "drop", 90),
    Person("Viktor Petrenko", "Broker", "Dnipro Freight", "Dnipro", "Europe/Kyiv", "Trade fair",
           ("ports",), "drop", 85),
    Person("Camila Rojas", "Recruiter", "Pacífico Talento", "Valparaíso", "America/Santiago", "Mass mail",
           (), "drop", 60),
    Person("Owen Pritchard", "Lecturer", "Severn College", "Cardiff", "Europe/London", "Evening class",
           ("geology",), "drop", 50),
)  # fmt: skip

TALKS = (
    Talk("Ingrid Solheim", -200, "10:00", 30, "video", "", "How a flood desk decides at night"),
    Talk("Kwame Boateng", -180, "11:00", 20, "phone", "+233 20 555 0199", "What survives a rainy season"),
    Talk("Zsófia Nagy", -150, "14:00", 30, "in_person", "Café by the river, Budapest", "What an editor keeps"),
    Talk("Nhung Trần", -120, "09:00", 20, "video", "", "From idea to a sensor one can buy"),
    Talk("Rafael Pinto", -110, "16:00", 30, "in_person", "Quay 4, Lisbon", "Planning for fifty years"),
    Talk("Greta Hoffmann", -70, "13:00", 20, "phone", "+49 30 555 0144", "How consultants read a port"),
    Talk("Ana Souza", -1, "15:00", 20, "video", "", "From physics to data"),
    Talk("Chidi Okafor", -2, "11:30", 20, "phone", "+234 1 555 0177", "A day in transit planning"),
    Talk("Hana Kobayashi", -3, "09:00", 20, "video", "", "River labs and their sensors"),
    Talk("Tomás Ó Briain", -5, "17:00", 30, "in_person", "Reading room, Galway", "What an editor in chief reads"),
    Talk("Fatou Ndiaye", -6, "10:00", 25, "video", "", "First hundred buses"),
    Talk("Elif Aydın", -8, "12:00", 20, "phone", "+90 212 555 0122", "Bridges one lives on"),
    Talk("Oluwaseun Adeyemi", 0, "", 20, "phone", "+234 9 555 0161", "Models that people believe"),
    Talk("Marta Wójcik", 1, "10:30", 30, "video", "", "What a dyke warden looks at first"),
    Talk("Noah Tremblay", 2, "16:00", 20, "video", "", "Reading ice from above"),
    Talk("Siti Rahmawati", 6, "09:00", 20, "phone", "+62 24 555 0155", "Mangroves against the sea"),
    Talk("Giulia Ferraro", 9, "15:00", 30, "in_person", "Museo dell’Acqua, Venice", "Showing water to visitors"),
)

RHYTHMS = (
    Rhythm("Ingrid Solheim", 2, "months", 68),
    Rhythm("Kwame Boateng", 2, "months", 61),
    Rhythm("Zsófia Nagy", 6, "months", 40),
    Rhythm("Nhung Trần", 2, "months", 30),
    Rhythm("Rafael Pinto", 3, "weeks", 22),
    Rhythm("Amina El-Sayed", 2, "months", 20),
    Rhythm("Björn Þórsson", 6, "months", 90),
    Rhythm("Priya Raghunathan", 2, "months", 15),
    Rhythm("Mateo Quispe", 1, "years", 80),
    Rhythm("Leilani Kahale", 6, "months", 60),
    Rhythm("Yusuf Demir", 2, "months", 35),
)

PROMISES = (
    # late
    Owed("Ana Souza", "Send the article on gauge stations", -8, -4),
    Owed("Zsófia Nagy", "Return the reading list with my notes", -20, -2),
    Owed("Chidi Okafor", "Introduce him to Rafael", -2, -1),
    Owed("Fatou Ndiaye", "Send the list of small grants", -6, -3),
    # due
    Owed("Tomás Ó Briain", "Send him the photo of the reading room", -5, 0),
    Owed("Hana Kobayashi", "Write to Minh Anh, as she suggested", -3, 0),
    # to come
    Owed("Ingrid Solheim", "Tell her what came of Kwame’s advice", -4, 2),
    Owed("Elif Aydın", "Send the photos of the bridge", -8, 3),
    Owed("Rafael Pinto", "Ask the archive for the harbour map", -5, 6),
    Owed("Amina El-Sayed", "Check her dataset against ours", -9, 8),
    Owed("Kwame Boateng", "Send the sensor log of the season", -7, 12),
    # kept
    Owed("Ingrid Solheim", "Send her the maps of the lower river", -199, -190, "kept", -192),
    Owed("Kwame Boateng", "Say which sensor we chose", -180, -170, "kept", -171),
    Owed("Zsófia Nagy", "Send the essay she asked for", -150, -140, "kept", -143),
    Owed("Nhung Trần", "Introduce her to Amina", -120, -110, "kept", -112),
    Owed("Rafael Pinto", "Send the tide tables", -110, -104, "kept", -101),
    Owed("Priya Raghunathan", "Send one page on early warning", -90, -80, "kept", -82),
    Owed("Yusuf Demir", "Send the link to the bridge survey", -60, -50, "kept", -50),
    Owed("Amina El-Sayed", "Introduce her to Ana", -40, -33, "kept", -35),
    # let go
    Owed("Greta Hoffmann", "Send the port figures", -70, -60, "let go", -55),
    Owed("Leilani Kahale", "Look for the reef film", -60, -45, "let go", -30),
    # theirs
    Owed("Rafael Pinto", "Send the draft of the port plan", -14, -2, whose="theirs"),
    Owed("Ingrid Solheim", "Introduce me to Noah’s team", -9, 1, whose="theirs"),
    Owed("Chidi Okafor", "Send the timetable data", -2, 5, whose="theirs"),
    Owed("Fatou Ndiaye", "Send the founders’ reader", -6, 9, whose="theirs"),
    Owed("Nhung Trần", "Send the drawing of the gauge", -119, -110, "kept", -108, "theirs"),
    Owed("Björn Þórsson", "Lend me the map of the glacier", -80, -60, "kept", -66, "theirs"),
)

IMPORTED = ("Greta Hoffmann", "Viktor Petrenko", "Owen Pritchard", "Yusuf Demir", "Leilani Kahale", "Mateo Quispe")
