# style.gp - how all figures look; loaded by each script.
#
# Variables from the caller: out (file), kind ("svg" or "png"), data (folder
# with the .tsv files), title, dim (line under it), dim_lines (how many it is
# broken into), foot (small line at the bottom), pools (names, by space),
# name_length (letters of the longest name at a line's end), and where a figure
# is not as high as the others: height (points).

if (!exists("height")) { height = 675 }
if (kind eq "svg") {
    set terminal svg size 1200,height dynamic font "DejaVu Sans,Helvetica,Arial,sans-serif,15" background "#ffffff"
} else {
    set terminal pngcairo size 1200,height font "DejaVu Sans,12"
}
set output out
set datafile separator tab
set datafile missing NaN
set encoding utf8

ink = "#1F2933"
grey = "#7B8794"
faint = "#E4E7EB"

# One colour and one marker for each of our pools, in every figure; pools of others
# get theirs in the order in which they appear in `pools`: 12 colours and 5 markers, so
# that no two of 60 look alike.
# Of several results on one figure: ring@before and ring@after, ring@A and ring@B have one colour.
stem(p) = strstrt(p, "@") ? p[1 : strstrt(p, "@") - 1] : p
side(p) = strstrt(p, "@") ? p[strstrt(p, "@") + 1 : *] : ""
own(p) = own_stem(stem(p))
own_stem(p) = p eq "ring" ? 1 : p eq "steal" ? 2 : p eq "mutex" ? 3 : p eq "textbook" ? 4 : \
         p eq "inline" ? 5 : p eq "spawn" ? 6 : p eq "direct" ? 7 : 0
own_colours = "#0072B2 #D55E00 #009E73 #CC79A7 #777777 #E69F00 #999999"
own_filled = "7 5 9 13 6 11 6"
own_hollow = "6 4 8 12 6 10 6"
colours = "#7B3294 #1B9AAA #8C510A #C51B7D #4D9221 #2166AC #B2182B #5AAE61 #6A51A3 #BF812D #35978F #DE77AE"
others = ""
do for [p in pools] { if (own(p) == 0 && !(strstrt(" ".others." ", " ".stem(p)." "))) { others = others.(others eq "" ? "" : " ").stem(p) } }
other(p) = (sum [k = 1 : words(others)] (word(others, k) eq stem(p) ? k : 0)) - 1
colour(p) = own(p) ? word(own_colours, own(p)) : word(colours, other(p) % 12 + 1)
earlier(p) = side(p) eq "before" || side(p) eq "B" || side(p) eq "D"
marker(p) = earlier(p) ? hollow(p) : int(word(own(p) ? own_filled : "15 7 5 9 13", own(p) ? own(p) : other(p) % 5 + 1))
hollow(p) = int(word(own(p) ? own_hollow : "14 6 4 8 12", own(p) ? own(p) : other(p) % 5 + 1))
dashes(p) = p eq "inline" || p eq "direct" || side(p) eq "before" || side(p) eq "B" ? 2 : side(p) eq "C" ? 3 : side(p) eq "D" ? 4 : 1

set border 3 linecolor rgb grey linewidth 0.8
set tics nomirror out scale 0.6 textcolor rgb ink
set format "%h" # by itself "% h": the space in front puts numbers beside their ticks
set grid linecolor rgb faint linewidth 0.6 dashtype 1
unset key
small = kind eq "svg" ? 0.6 : 1 # marks of the SVG are larger by that: for those with a number beside them
# What stands where lines may run: `boxed`, on paper of its own.
set style textbox opaque noborder fillcolor rgb "#ffffff" margins 0.4,0.4

# Ticks of a logarithmic axis from low to high: the roundest of which there are three at least (of powers of ten alone
# four). Times are in s.
ns(v) = v < 1e3 ? sprintf("%g ns", v) : v < 1e6 ? sprintf("%g us", v / 1e3) : v < 1e9 ? sprintf("%g ms", v / 1e6) : sprintf("%g s", v / 1e9)
ticks_in(digits, low, high) = sum [power = -12 : 9] (sum [place = 1 : words(digits)] \
    (real(word(digits, place)) * 10.0 ** power >= low && real(word(digits, place)) * 10.0 ** power <= high))
round_digits = "1 1.5 2 3 5 7"
close_digits = "1 1.2 1.4 1.6 1.8 2 2.5 3 3.5 4 5 6 7 8 9"
closest_digits = ""
do for [t = 20 : 39] { closest_digits = closest_digits.sprintf(" %g", t / 20.0) }
do for [t = 20 : 49] { closest_digits = closest_digits.sprintf(" %g", t / 10.0) }
do for [t = 25 : 49] { closest_digits = closest_digits.sprintf(" %g", t / 5.0) }
digits_of(low, high) = ticks_in("1", low, high) > 3 ? "1" : ticks_in("1 2 5", low, high) > 2 ? "1 2 5" : \
    ticks_in(round_digits, low, high) > 2 ? round_digits : ticks_in(close_digits, low, high) > 2 ? close_digits : closest_digits

# Places in points from the top and the bottom, as shares of the page.
down(points) = 1 - points / (height + 0.0)
up(points) = points / (height + 0.0)
head = 115 + (dim_lines - 1) * 20
set label 1 title at screen 0.03,down(37) left front font ",19" textcolor rgb ink noenhanced
set label 2 dim at screen 0.03,down(72) left front font ",12" textcolor rgb grey noenhanced
set label 3 foot at screen 0.03,up(24) left front font ",10" textcolor rgb grey noenhanced

# Names at the ends of lines: room for the longest, and a leader where a name had to
# move. Columns: pool, x, y, text, end of the line (x, y), moved. Between: x_end.
right_edge = 1 - (name_length > 11 ? 0.14 + (name_length - 11) * 0.0088 : 0.14)
left_edge(letters) = letters > 9 ? 0.11 + (letters - 9) * 0.0095 : 0.11
names = 'using (strcol(1) eq p ? $2 : NaN):3:4 with labels left offset 0.4,0 font ",14" textcolor rgb colour(p) noenhanced'
names_ns = 'using (strcol(1) eq p ? $2 : NaN):($3*1e-9):4 with labels left offset 0.4,0 font ",14" textcolor rgb colour(p) noenhanced'
leaders = 'using (strcol(1) eq p && $7 > 0 ? $5 : NaN):6:($2-$5):($3-$6) with vectors nohead linewidth 0.9 linecolor rgb colour(p)'
leaders_ns = 'using (strcol(1) eq p && $7 > 0 ? $5 : NaN):($6*1e-9):($2-$5):(($3-$6)*1e-9) with vectors nohead linewidth 0.9 linecolor rgb colour(p)'
