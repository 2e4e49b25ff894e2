/* text.h - UTF-8, the width of a text on a terminal, and hashes of texts. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What stands in the place of a byte that is no UTF-8, and of characters that cannot be. */
#define BASE_REPLACEMENT "\xEF\xBF\xBD"

/* The length of the well-formed UTF-8 sequence at `text`, of which `length` bytes, at least 1,
 * may be read; 0 where there is none. For ASCII it is 1. */
size_t base_utf8_length(const unsigned char *text, size_t length);

/* The code point of a well-formed sequence of that length. */
uint32_t base_utf8_decode(const char *text, size_t length);

/* Writes a code point as UTF-8, and returns the number of bytes. */
size_t base_utf8_encode(uint32_t code, char utf8[4]);

/* Whether a character is obeyed by who shows it, in place of being shown: control characters, of
 * C1, too; what ends a line or a paragraph; what turns the direction of the text around it; and
 * the two that are no character, which XML takes for none either. */
bool base_is_control(uint32_t code);

/* How many columns of a terminal a text takes, which is well-formed UTF-8. */
size_t base_text_width(const char *text);

/* Whether all of the eight bytes stand for themselves in JSON. The highest bit of a byte comes out
 * set where it is below 32, a quote, a backslash, or no ASCII. */
static inline bool base_all_plain(uint64_t bytes) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t quotes = (bytes ^ each * '"') - each;
    uint64_t backslashes = (bytes ^ each * '\\') - each;
    return ((bytes | (bytes - each * 32) | quotes | backslashes) & each * 0x80) == 0;
}

/* The same of a whole text. */
static inline bool base_is_plain(const char *text, size_t length) {
    uint64_t bytes;
    for (; length >= sizeof bytes; text += sizeof bytes, length -= sizeof bytes) {
        memcpy(&bytes, text, sizeof bytes);
        if (!base_all_plain(bytes))
            return false;
    }
    memset(&bytes, ' ', sizeof bytes);
    memcpy(&bytes, text, length);
    return base_all_plain(bytes);
}

/* A multiplication carries upwards only, so what it has made comes down after each. Small numbers
 * are not to be mixed with one another: those of 5 and 6 are those of 6 and 5. One is mixed with 0
 * before. */
static inline uint64_t base_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* What hashes of this process begin with: nobody can know it before, and so nobody can choose texts
 * that all have one hash. Nothing that is written depends on it. */
uint64_t base_hash_key(void);

/* A hash for tables of this process: eight bytes at a time. */
static inline uint32_t base_hash(const char *text, size_t length) {
    uint64_t hash = base_mix(base_hash_key(), length);
    uint64_t word;
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = base_mix(hash, word);
    }
    if (length > 0) {
        word = 0;
        memcpy(&word, text, length);
        hash = base_mix(hash, word);
    }
    return (uint32_t)(base_mix(hash, 0) >> 32);
}

#endif
