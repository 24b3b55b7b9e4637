"""The sentences of the letters to partners, in Dutch and English."""

from __future__ import annotations

from include.partners.lists import Language

Phrases = dict[str, str]

PHRASES: dict[Language, Phrases] = {
    "nl": {
        "accepted": "Rapport {period} van {partner}: alles is geladen",
        "partly": "Rapport {period} van {partner}: {errors} fout(en), de andere rijen zijn geladen",
        "refused": "Rapport {period} van {partner} kon niet geladen worden",
        "nil": "Nulmelding {period} van {partner} is genoteerd",
        "greeting": "Dag,",
        "received": "We ontvingen op {day} versie {version} van uw rapport over {period} ({contract}).",
        "counts": "Geladen: {activities} activiteiten, {companies} bedrijven, {follow_ups} rijen opvolging.",
        "counts_rejected": "Niet geladen: {rows} rijen. Opmerkingen bij geladen rijen: {warnings}.",
        "nothing": "Er is niets van geladen; wat eerder geladen was, blijft staan.",
        "seen": "Wat we kregen: {what}.",
        "first_errors": "De eerste fouten:",
        "row": "{number}. {sheet}, rij {row}, {title}: {text}",
        "mend": "In bijlage vindt u uw rapport met een blad Controle en gekleurde cellen. Verbeter die cellen en"
        " dien dat bestand in zoals het vorige; verander de nummers van de activiteiten niet.",
        "mend_csv": "In bijlage vindt u uw rapport als werkmap met een blad Controle en gekleurde cellen. Verbeter"
        " die regels in uw CSV-bestand (een rij hierboven is er een regel), of zet de verbeterde werkmap in de plaats"
        " van dat bestand, onder dezelfde naam; verander de nummers van de activiteiten niet.",
        "mend_json": "In bijlage vindt u uw rapport als werkmap met een blad Controle en gekleurde cellen. Verbeter die"
        " gegevens in uw systeem: we vragen het rapport daar elke ochtend opnieuw; verander de nummers van de"
        " activiteiten niet.",
        "look": "In bijlage vindt u uw rapport met onze opmerkingen. Doe enkel iets als er iets niet klopt.",
        "fresh": "In bijlage vindt u een lege werkmap voor dit kwartaal.",
        "fresh_csv": "In bijlage vindt u een lege werkmap voor dit kwartaal; u mag ze ingevuld in de plaats van uw"
        " CSV-bestand zetten, onder dezelfde naam.",
        "fresh_json": "Verbeter het in uw systeem: we vragen het rapport daar elke ochtend opnieuw. De lege werkmap in"
        " bijlage toont welke gegevens het kan hebben.",
        "thanks": "U hoeft niets meer te doen.",
        "sample": "Voorbeelddata: dit bericht gaat over verzonnen gegevens.",
        "closing": "Vragen? Antwoord op deze mail.",
        "before": "Herinnering: het rapport {period} van {partner} wordt verwacht op {due}",
        "due": "Vandaag verwacht: het rapport {period} van {partner}",
        "after": "Het rapport {period} van {partner} is te laat",
        "reminder": "Het rapport van {partner} over {period} ({contract}) is nog niet bij ons. Het wordt verwacht op"
        " {due}. Was er niets te melden, dien dan de werkmap in met Ja bij de nulmelding.",
        "unreadable": "Wat we kregen, konden we niet lezen; daarover schreven we u eerder.",
    },
    "en": {
        "accepted": "Report {period} of {partner}: everything was loaded",
        "partly": "Report {period} of {partner}: {errors} error(s), the other rows were loaded",
        "refused": "Report {period} of {partner} could not be loaded",
        "nil": "Nil return {period} of {partner} was noted",
        "greeting": "Hello,",
        "received": "On {day} we received version {version} of your report on {period} ({contract}).",
        "counts": "Loaded: {activities} activities, {companies} companies, {follow_ups} rows of follow-up.",
        "counts_rejected": "Not loaded: {rows} rows. Warnings on rows that were loaded: {warnings}.",
        "nothing": "Nothing of it was loaded; what was loaded before stays.",
        "seen": "What we received: {what}.",
        "first_errors": "The first errors:",
        "row": "{number}. {sheet}, row {row}, {title}: {text}",
        "mend": "Attached is your report with a sheet Check and coloured cells. Mend those cells and hand that file"
        " in as you did the last one; leave the numbers of the activities as they are.",
        "mend_csv": "Attached is your report as a workbook with a sheet Check and coloured cells. Mend those lines in"
        " your CSV file (a row above is a line there), or put the mended workbook in the place of that file, under the"
        " same name; leave the numbers of the activities as they are.",
        "mend_json": "Attached is your report as a workbook with a sheet Check and coloured cells. Mend those values in"
        " your system: we ask it for the report again every morning; leave the numbers of the activities as they are.",
        "look": "Attached is your report with our remarks. Only act if something is not right.",
        "fresh": "Attached is an empty workbook for this quarter.",
        "fresh_csv": "Attached is an empty workbook for this quarter; filled in, it may take the place of your CSV"
        " file, under the same name.",
        "fresh_json": "Mend it in your system: we ask it for the report again every morning. The attached empty"
        " workbook shows what values it may have.",
        "thanks": "There is nothing more to do.",
        "sample": "Sample data: this message is about invented figures.",
        "closing": "Questions? Answer this mail.",
        "before": "Reminder: report {period} of {partner} is due on {due}",
        "due": "Due today: report {period} of {partner}",
        "after": "Report {period} of {partner} is overdue",
        "reminder": "The report of {partner} on {period} ({contract}) is not with us yet. It is due on {due}. If there"
        " was nothing to report, hand in the workbook with Yes as nil return.",
        "unreadable": "What we received could not be read; we wrote to you about it before.",
    },
}

# Why a whole report was refused: class of the error -> what it means to whoever sent it.
REFUSALS: dict[Language, Phrases] = {
    "nl": {
        "NotAWorkbook": "Het bestand is geen gewone Excel-werkmap (.xlsx). Bewaar het als 'Excel-werkmap (.xlsx)',"
        " zonder wachtwoord en zonder macro's, en dien het opnieuw in.",
        "EmptyReply": "Er staan geen activiteiten in en de vraag naar een nulmelding is niet met Ja beantwoord.",
        "PayloadTooLarge": "Het bestand is te groot voor een rapport. Kopieer de rijen naar de werkmap in bijlage.",
        "WrongContract": "Dit is de werkmap van een ander contract of een ander kwartaal. Dien de juiste in.",
        "LayoutChanged": "Kolommen of gegevens bovenaan ontbreken, of staan er twee keer. Kopieer de rijen naar de"
        " werkmap in bijlage. Wat we misten of zagen:",
        "BlockPage": "We kregen een webpagina in plaats van een werkmap. Kijk na waar het bestand staat.",
        "CheckFailed": "De gegevens bovenaan kunnen niet kloppen; zie de fouten hieronder.",
        "": "Het bestand kon niet gelezen worden. Kopieer de rijen naar de werkmap in bijlage en dien die in.",
    },
    "en": {
        "NotAWorkbook": "The file is no plain Excel workbook (.xlsx). Save it as 'Excel workbook (.xlsx)', without a"
        " password and without macros, and hand it in again.",
        "EmptyReply": "There are no activities in it, and the nil return question is not answered with Yes.",
        "PayloadTooLarge": "The file is too large for a report. Copy the rows to the attached workbook.",
        "WrongContract": "This is the workbook of another contract or another quarter. Hand in the right one.",
        "LayoutChanged": "Columns or facts of the header are missing, or there twice. Copy the rows to the attached"
        " workbook. What we missed or saw:",
        "BlockPage": "We received a web page instead of a workbook. Check where the file is kept.",
        "CheckFailed": "The header cannot be right; see the errors below.",
        "": "The file could not be read. Copy the rows to the attached workbook and hand that in.",
    },
}
# Errors whose own words name columns and sheets in both languages.
TELLING = {"LayoutChanged"}

# Words of the error that say what kind of file came -> the same for the partner.
SEEN: dict[str, Phrases] = {
    "password": {"nl": "een werkmap met een wachtwoord", "en": "a workbook with a password"},
    "macros": {"nl": "een werkmap met macro's", "en": "a workbook with macros"},
    "old .xls": {"nl": "een oud .xls-bestand onder een andere naam", "en": "an old .xls file under another name"},
    "web page": {"nl": "een webpagina", "en": "a web page"},
    "damaged": {"nl": "een beschadigd of onvolledig bestand", "en": "a damaged or incomplete file"},
}
