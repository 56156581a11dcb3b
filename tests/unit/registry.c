/* A table of named things: its order, and what may be added. */
#include "pools/core/registry.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static const char *name_of(const void *entry)
{
    return entry;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(one, other);
}

static const void *const linked[] = {"pear", "apple", "plum"};

Test(registry, gives_linked_ones_in_order_then_those_added, .timeout = 10)
{
    static const char *const order[] = {"apple", "pear", "plum", "zebra", "ant"};
    const void *added[2];
    struct registry registry = {linked, linked + 3, name_of, by_name, added, 2, 0};
    cr_assert(registry_add(&registry, "zebra") == 0 && registry_add(&registry, "ant") == 0);
    cr_assert(registry_count(&registry) == 5);
    for (int i = 0; i < 5; i++)
        cr_assert_str_eq(registry_at(&registry, i), order[i]);
    cr_assert(!registry_at(&registry, -1) && !registry_at(&registry, 5));
}

Test(registry, refuses_a_name_that_is_taken_and_one_too_many, .timeout = 10)
{
    const void *added[1];
    struct registry registry = {linked, linked + 3, name_of, by_name, added, 1, 0};
    cr_assert(registry_add(&registry, "pear") == -EEXIST);
    cr_assert(registry_add(&registry, "ant") == 0 && registry_add(&registry, "ant") == -EEXIST);
    cr_assert(registry_add(&registry, "bee") == -ENOSPC && registry_count(&registry) == 4);
}

Test(registry, finds_by_name_and_knows_what_was_added, .timeout = 10)
{
    const void *added[1];
    struct registry registry = {linked, linked + 3, name_of, by_name, added, 1, 0};
    registry_add(&registry, "ant");
    cr_assert(registry_find(&registry, "plum") == linked[2] && registry_find(&registry, "ant") == added[0]);
    cr_assert(!registry_find(&registry, "bee") && !registry_find(&registry, NULL));
    cr_assert(registry_is_added(&registry, added[0]) && !registry_is_added(&registry, linked[0]));
}

Test(registry, holds_nothing_where_nothing_was_linked, .timeout = 10)
{
    struct registry registry = {.name = name_of, .compare = by_name};
    cr_assert(registry_count(&registry) == 0 && !registry_at(&registry, 0) && !registry_find(&registry, "pear"));
}
