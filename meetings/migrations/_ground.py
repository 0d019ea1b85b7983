"""The SQL that stands under the tables: extension, text domain, Vietnamese order and search.

The letter tables are written out by `meetings.text`; a migration that ran keeps what it made, so a change of the tables needs a new one.
"""

from meetings.text import FOLD_FROM, FOLD_TO, RANK_FROM, RANK_TO, TONE_FROM, TONE_TO

FORWARD = rf"""
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE DOMAIN clean_text AS text
    CONSTRAINT text_is_composed CHECK (VALUE IS NFC NORMALIZED)
    CONSTRAINT text_has_no_unseen_characters CHECK (VALUE !~
        '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]')
    CONSTRAINT text_is_of_a_readable_length CHECK (length(VALUE) <= 20000);

CREATE FUNCTION vi_fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(translate(value, '{FOLD_FROM}', '{FOLD_TO}'),
                     'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');

CREATE FUNCTION vi_padded(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(value, '([0-9]+)', '00000\1', 'g'), '0{{0,5}}([0-9]{{6,}})', '\1', 'g');

CREATE FUNCTION vi_order_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(vi_padded(value), '{RANK_FROM}', '{RANK_TO}') || chr(1)
        || translate(vi_padded(value), '{TONE_FROM}', '{TONE_TO}');

CREATE FUNCTION vi_person_order_key(full_name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN vi_order_key(regexp_replace(full_name, '^.* ', '')) || chr(1) || vi_order_key(full_name);
"""

BACKWARD = """
DROP FUNCTION vi_person_order_key(text), vi_order_key(text), vi_padded(text), vi_fold(text);
DROP DOMAIN clean_text;
"""
