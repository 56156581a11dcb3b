/* picture_path.h - the lines of a drawing with no more digits and points than can be seen. */
#ifndef PAGE_PICTURE_PATH_H
#define PAGE_PICTURE_PATH_H

#include <stddef.h>

/* How far a drawing reaches up and down, and its texts to the left. */
struct picture_extent {
    double top, bottom, left;
};

/* Makes `out` the path `d` (its commands M, L and z with absolute points are looked at one by one, any
 * others end it unchanged): numbers to a tenth of a point, and points left out that lie no
 * further than half of one from the one before. Widens *extent by its points. `out` holds as many
 * bytes as `d`, and one more. */
void picture_path(const char *d, char *out, struct picture_extent *extent);

/* Text of a number with one digit behind its point, without what says nothing: "12", "0.5". Returns text. */
const char *picture_path_number(double value, char *text, size_t size);

#endif
