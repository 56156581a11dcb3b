/* changed.h - each round's process loads plug-ins anew: where one is no longer what it was, by a build, say, rounds of
 * two builds are mixed, and nothing can be said of either. */
#ifndef CHANGED_H
#define CHANGED_H

#include <stdbool.h>

/* Whether some plug-in that was loaded (--plugin, --peers) is another file now; says so on stderr. */
bool changed_plugins(void);

/* That line, of a file. */
void changed_say(const char *path);

#endif
