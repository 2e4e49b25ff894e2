/* texts.h - a memory of texts that have been measured or drawn: by font and text, forgotten when
 * they have not been used for a picture and there are many.
 */
#ifndef VIZ_TEXTS_H
#define VIZ_TEXTS_H

#include "measure.h"

#include <stdint.h>

/* Texts that are kept from one picture to the next; a picture rarely has more than a few hundred.
 * Twice as many fit into one picture. */
enum { VIZ_TEXTS_MAX = 4096, VIZ_TEXT_SLOTS = 16384 };

struct viz_text_entry {
    char *text;
    uint64_t hash;
    unsigned used; /* the picture that used it last */
    enum viz_font font;
    int width; /* the owner's, as the next; 0 and NULL at first */
    void *picture;
};

struct viz_texts {
    struct viz_text_entry entries[VIZ_TEXTS_MAX * 2];
    int slots[VIZ_TEXT_SLOTS]; /* open addressing: 0, or the number of an entry plus 1 */
    int count;
    unsigned picture;
    void (*drop)(struct viz_text_entry *entry); /* gives back what is the owner's; NULL: nothing */
};

/* The entry of a text of so many bytes, *known saying whether it was there; NULL when memory runs
 * out, or when the table is full, as when ten thousand labels are tried in one picture. */
struct viz_text_entry *viz_texts_find(struct viz_texts *texts, enum viz_font font, const char *text,
                                      size_t length, bool *known);
/* After a picture: forgets what it did not use, where there are many. */
void viz_texts_tidy(struct viz_texts *texts);
/* Forgets all. */
void viz_texts_clear(struct viz_texts *texts);

#endif
