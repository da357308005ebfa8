"""The tables of an index, and which words of a series go into its full-text table."""

from __future__ import annotations

from collections.abc import Mapping

from dicom_deid.index.entry import FIELDS, NUMBERS

VERSION = 5
"""Of the schema; kept as user_version. One of ``MIGRATIONS`` is brought to it, one of another version is made anew."""
WORDS = {
    "patient": ("patient_name", "patient_id"),
    "study": ("study_description", "accession_number", "study_id"),
    "series": ("series_description", "protocol_name", "series_number"),
    "modality": ("modality",),
    "body": ("body_part",),
    "maker": ("manufacturer", "model_name", "institution_name"),
    "uid": ("study_instance_uid", "series_instance_uid", "sop_class_uid"),
}
"""Columns of the full-text table, by which a query can say where: fields of a series whose words they hold."""
_COLUMNS = ",\n    ".join(f"{name} {'INTEGER' if name in NUMBERS else 'TEXT'} NOT NULL" for name in FIELDS)
COUNTING = """
CREATE TABLE counts (reason TEXT PRIMARY KEY, files INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER file_came AFTER INSERT ON files BEGIN
    INSERT INTO counts VALUES (new.reason, 1) ON CONFLICT (reason) DO UPDATE SET files = files + 1;
    UPDATE series SET file_count = file_count + 1, bytes = bytes + new.size, frames = frames + new.frames
    WHERE id = new.series;
END;
CREATE TRIGGER file_went AFTER DELETE ON files BEGIN
    UPDATE counts SET files = files - 1 WHERE reason = old.reason;
    UPDATE series SET file_count = file_count - 1, bytes = bytes - old.size, frames = frames - old.frames
    WHERE id = old.series;
END;
"""
"""Counts that follow the files one by one: to count them again after each batch would take the square of the time."""
SCHEMA = f"""
BEGIN;
PRAGMA user_version = {VERSION};
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    {_COLUMNS},
    file_count INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    frames INTEGER NOT NULL DEFAULT 0,
    first_path TEXT NOT NULL,
    patient TEXT NOT NULL,
    thumbnails INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX series_by_date ON series (study_date DESC, patient_id, study_instance_uid, series_number, key);
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    series INTEGER REFERENCES series (id),
    frames INTEGER NOT NULL,
    reason TEXT NOT NULL,
    number INTEGER NOT NULL,
    normal INTEGER,
    position REAL
) WITHOUT ROWID;
CREATE INDEX files_by_series ON files (series, path);
CREATE TABLE images (
    filename TEXT COLLATE NOCASE PRIMARY KEY,
    study TEXT NOT NULL,
    path TEXT NOT NULL,
    frame INTEGER NOT NULL,
    split TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX images_by_path ON images (path);
CREATE TABLE unshown (path TEXT NOT NULL, frame INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX unshown_by_path ON unshown (path);
CREATE TABLE gone (filename TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
    {", ".join(WORDS)}, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
{COUNTING}
COMMIT;
"""
MIGRATIONS = {
    4: f"""
BEGIN;
ALTER TABLE series RENAME COLUMN files TO file_count;
{COUNTING}
INSERT INTO counts SELECT reason, count(*) FROM files GROUP BY reason;
PRAGMA user_version = {VERSION};
COMMIT;
"""
}
"""Version -> what makes an index of it one of VERSION."""
SEEN = """
CREATE TEMP TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY) WITHOUT ROWID;
DELETE FROM temp.seen;
"""
"""The paths that a walk came by. SQLite keeps them in memory up to a bound, and then in a file without a name."""


def words_of(series: Mapping[str, object]) -> tuple[str, ...]:
    """The text of each column of the full-text table."""
    return tuple(" ".join(str(series[field]) for field in fields) for fields in WORDS.values())
