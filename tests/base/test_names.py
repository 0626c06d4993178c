import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.names import called, initials


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("Ben Ode", "Ben"),
        ("Ben", "Ben"),
        ("  Ben  Ode ", "Ben"),
        ("王芳", "王芳"),
        ("山田 太郎", "山田 太郎"),
        ("佐々木　さくら", "佐々木 さくら"),
        ("김 민수", "김 민수"),
        ("王 伟 (Wei Wang)", "王 伟"),
        ("Wei Wang 王伟", "Wei"),
        ("Jean-Luc Ode", "Jean-Luc"),
        ("O’Neil Ode", "O’Neil"),
        ("Dr Ben Ode", "Ben"),
        ("Prof. Dr. Dr. h.c. Ben Ode", "Ben"),
        ("Prof. Dr.-Ing. Ben Ode", "Ben"),
        ("Ms. Ada Ode", "Ada"),
        ("Frau Ada Ode", "Ada"),
        ("Dr.Ada Ode", "Ada"),
        ("PhD Ada Ode", "Ada"),
        ("Herr Dr. Ben Ode", "Ben"),
        ("Mme Ada Ode", "Ada"),
        ("M. Ben Ode", "Ben"),
        ("Sra. Ada Ode", "Ada"),
        ("Dott.ssa Ada Ode", "Ada"),
        ("Dame Ada Ode", "Ada"),
        ("Rev. Ben Ode", "Ben"),
        ("DR. BEN ODE", "Ben"),
        ("✨ Ada ✨ Ode", "Ada"),
        ("🇸🇪 Ben Ode", "Ben"),
        ("Ben🚀 Ode", "Ben"),
        ("👩‍💻 Ada Ode", "Ada"),
        ("[Bob] Robert Ode", "Robert"),
        ("“Bob” Robert Ode", "Robert"),
        ("Robert (Bob) Ode", "Robert"),
        ("Bob) Robert Ode", "Bob"),
        ("(Bob)", "Bob"),
        ("Ben Ode, MD", "Ben"),
        ("Dr. Ode, MD", "Ode"),
        ("J. Ben Ode", "Ben"),
        ("J. Ode", "Ode"),
        ("J.", "J."),
        ("Dr.", "Dr."),
        ("Tan Ode", "Tan"),
        ("Don Ode", "Don"),
        ("Gen Ode", "Gen"),
        ("Ing Ode", "Ing"),
        ("🚀", "🚀"),
        ("محمد الأحمد", "محمد"),
        ("د. محمد الأحمد", "محمد"),
        ("ANA SOUZA", "Ana"),
        ("ANNA-LENA SCHMIDT", "Anna-Lena"),
        ("JÜRGEN GROSS", "Jürgen"),
        ("JJ ABRAMS", "JJ"),
        ("PROF. DR. H.C. MULT. ANNA KRAUS", "Anna"),
        ("ANA", "ANA"),
        ("Univ.-Prof. Karl Popper", "Karl"),
        ("Д-р Иван Петров", "Иван"),
        ("J.R.R. Tolkien", "Tolkien"),
        ("J.-P. Sartre", "Sartre"),
        ("van Gogh", "van Gogh"),
        ("das Neves", "das Neves"),
        ("Dr. von der Leyen", "von der Leyen"),
        ("de la Cruz, Maria", "de la Cruz"),
        ("Van Morrison", "Van"),
    ],
)
def test_how_somebody_is_called(name: str, calls: str):
    assert called(name) == calls


@given(st.text(min_size=1).filter(str.strip))
def test_somebody_with_a_name_is_called_something(name: str):
    assert called(name)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amina Bello", "AB"),
        ("Mrs. O'Hara-Nguyen", "ON"),
        ("Prof. Dr. Petra Novák", "PN"),
        ("Dipl.-Ing. Jörg Maier", "JM"),
        ("John Smith Jr.", "JS"),
        ("Ana Souza, PhD", "AS"),
        ("Teller", "T"),
        ("Dr.", "D"),
        ("👋", "?"),
    ],
)
def test_an_avatar_has_the_initials_without_titles(name, letters):
    assert initials(name) == letters
