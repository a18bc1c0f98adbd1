"""What people are told before they see content of a harm class, and agree to or not.

A text never changes under its version: whoever agreed did so to these words. A new wording is a
new version, and everybody is asked again. A test holds each version to its fingerprint.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from touchstone.apps.wellbeing.policies import Severity


@dataclass(frozen=True)
class Disclosure:
    """One text about one harm class, in the languages there are; blank lines part paragraphs."""

    severity: Severity
    version: int
    texts: dict[str, str]

    def text(self, language: str) -> tuple[str, str]:
        """The text in `language`, or else in English, and which language it is in."""
        found = language.split("-")[0]
        return (found, self.texts[found]) if found in self.texts else ("en", self.texts["en"])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all its words."""
        words = "\0".join(f"{language}\0{text}" for language, text in sorted(self.texts.items()))
        return hashlib.sha256(words.encode()).hexdigest()


_RIGHTS_EN = """\
You decide. You may say no, and you may withdraw your consent at any time under “My limits”. \
You can skip any task at once with “Harmful: skip”, without a reason. None of this changes your \
scores or your pay.

Touchstone counts the minutes of such content that you see, to keep to the limits. It does not ask \
how you feel and draws no conclusions about it."""

_RIGHTS_FR = """\
C'est vous qui décidez. Vous pouvez refuser, et retirer votre consentement à tout moment sous \
« Mes limites ». Vous pouvez passer toute tâche aussitôt avec « Nuisible : passer », sans donner \
de raison. Rien de cela ne change vos notes ni votre rémunération.

Touchstone compte les minutes de ces contenus que vous voyez, pour tenir les limites. Il ne vous \
demande pas ce que vous ressentez et n'en déduit rien."""

_S1 = {
    "en": """\
This work is ordinary search content. By chance a result may be unpleasant: coarse language, an \
injury in the news, nudity.""",
    "fr": """\
Ce travail porte sur des contenus de recherche ordinaires. Par hasard, un résultat peut être \
déplaisant : langage grossier, blessure dans l'actualité, nudité.""",
}
_S2 = {
    "en": """\
This work shows unpleasant content often: insults, sexual allusions, accidents, frightening or \
disgusting pictures. Most people are not harmed by it; some find it wearing after a while.""",
    "fr": """\
Ce travail montre souvent des contenus déplaisants : insultes, allusions sexuelles, accidents, \
images effrayantes ou répugnantes. La plupart des gens n'en souffrent pas ; certains s'en lassent \
à la longue.""",
}
_S3 = {
    "en": """\
This work shows harmful content: hatred, threats, violence, sexual content, self-harm, fraud, or \
searches for such things.

Studies of content moderators find that distress grows with exposure. Intrusive thoughts, poor \
sleep and low mood are known effects. The limits on hours, the breaks and the end of the shift \
without such content are there to lower the dose. No filter is promised to undo it.

Ask your employer who the licensed clinician is and how to reach them before you begin.""",
    "fr": """\
Ce travail montre des contenus nuisibles : haine, menaces, violence, contenus sexuels, \
automutilation, fraude, ou des recherches de ce genre.

Les études sur les modérateurs de contenus montrent que la détresse croît avec l'exposition. \
Pensées intrusives, mauvais sommeil et abattement sont des effets connus. Les limites de durée, \
les pauses et la fin de poste sans ces contenus sont là pour réduire la dose. Aucun filtre ne \
promet d'en défaire l'effet.

Demandez à votre employeur qui est le clinicien agréé et comment le joindre avant de commencer.""",
}
_S4 = {
    "en": """\
This work shows severe content: killing, torture, sexual violence, abuse of children or animals, \
or texts that describe them.

Studies of content moderators find symptoms of post-traumatic stress and depression in a large \
share of them, and more with more exposure. The limits on hours, the breaks and the end of the \
shift without such content lower the dose; they do not make it safe.

Do not begin without knowing how to reach a licensed clinician during your shift.""",
    "fr": """\
Ce travail montre des contenus graves : meurtres, torture, violences sexuelles, maltraitance \
d'enfants ou d'animaux, ou des textes qui les décrivent.

Les études sur les modérateurs de contenus trouvent des symptômes de stress post-traumatique et de \
dépression chez une grande part d'entre eux, et davantage quand l'exposition augmente. Les limites \
de durée, les pauses et la fin de poste sans ces contenus réduisent la dose ; elles ne la rendent \
pas inoffensive.

Ne commencez pas sans savoir comment joindre un clinicien agréé pendant votre poste.""",
}


def _disclosure(severity: Severity, texts: dict[str, str]) -> Disclosure:
    rights = {"en": _RIGHTS_EN, "fr": _RIGHTS_FR}
    return Disclosure(severity, 1, {code: f"{texts[code]}\n\n{rights[code]}" for code in texts})


DISCLOSURES: dict[Severity, Disclosure] = {
    Severity.S1: _disclosure(Severity.S1, _S1),
    Severity.S2: _disclosure(Severity.S2, _S2),
    Severity.S3: _disclosure(Severity.S3, _S3),
    Severity.S4: _disclosure(Severity.S4, _S4),
}
