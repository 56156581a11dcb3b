# What became slower or faster, and of what can nobody tell? A line for each benchmark.
# NAME.tsv: row, name (in two lines where it is long), change, low, high (shares), the same as ln(1 + share), kind
# (0 nothing to draw, 1 worse, 2 undecided, 3 same, 4 better), regression, text, verdict, values (both sides, or nothing). Also: rows, x_low, x_high,
# threshold (where worse begins), threshold_text, less (a change above 0 is worse), height.
load style
name_edge = 0.045 + name_length * 0.0066
text_edge = 0.70
set lmargin at screen name_edge
set rmargin at screen text_edge
set tmargin at screen down(head + 28)
set bmargin at screen up(85)
set xrange [x_low : x_high]
set yrange [rows - 0.4 : -0.6]
set border 1
set xtics font ",11"
unset ytics
set grid noytics xtics
span = x_high - x_low
set arrow 1 from 0, graph 0 to 0, graph 1 nohead linewidth 1.4 linecolor rgb grey back
if (threshold > x_low && threshold < x_high) { # nothing is slower by more than all of it
    set arrow 2 from threshold, graph 0 to threshold, graph 1 nohead dashtype 3 linewidth 1.4 linecolor rgb "#D55E00" back
    set label 10 threshold_text at threshold, graph 1 center offset 0,0.5 font ",10" textcolor rgb "#D55E00"
}
set label 11 less ? "better" : "worse" at x_low, graph 1 left offset 0,1.5 font ",11" textcolor rgb less ? "#0072B2" : "#D55E00"
set label 12 less ? "worse" : "better" at x_high, graph 1 right offset 0,1.5 font ",11" textcolor rgb less ? "#D55E00" : "#0072B2"
file = data."/".name.".tsv"
tint(k) = k == 2 ? 0x9AA5B1 : k == 3 ? 0x52606D : k == 4 ? 0x0072B2 : 0xD55E00
written(k) = k == 2 ? 0x7B8794 : tint(k)
shape(k, regression) = k == 1 ? (regression > 0 ? 5 : 4) : k == 2 ? 6 : k == 3 ? 7 : 9
under(k) = k == 1 ? 5 : 7
inside(x) = x < x_low ? x_low : x > x_high ? x_high : x
end = 0.018 * span
# Bars, cut at the edges, where an arrow says that they go on; then the marks, white below the hollow ones; then what is
# written beside.
plot file every ::1 using (inside($8)):1:(inside($9) - inside($8)):(0):(tint($10)) \
         with vectors nohead linewidth 2.2 linecolor rgb variable, \
     file every ::1 using ($8 < x_low ? x_low + end : NaN):1:(-end):(0):(tint($10)) \
         with vectors head filled size screen 0.007,25 linewidth 2.2 linecolor rgb variable, \
     file every ::1 using ($9 > x_high ? x_high - end : NaN):1:(end):(0):(tint($10)) \
         with vectors head filled size screen 0.007,25 linewidth 2.2 linecolor rgb variable, \
     file every ::1 using ($10 == 1 || $10 == 2 ? $7 : NaN):1:(under($10)) with points pointtype variable pointsize 1.25 \
         linecolor rgb "#FFFFFF", \
     file every ::1 using 7:1:(shape($10, $11)):(tint($10)) with points pointtype variable pointsize 1.25 linewidth 1.6 \
         linecolor rgb variable, \
     file every ::1 using (x_low):($1 - (strcol(3) eq "" ? 0 : 0.22)):2 with labels right offset -1.2,0 font ",11" \
         textcolor rgb ink noenhanced, \
     file every ::1 using (x_low):($1 + 0.22):3 with labels right offset -1.2,0 font ",11" textcolor rgb ink noenhanced, \
     file every ::1 using (x_high):($1 - (strcol(14) eq "" ? 0 : 0.2)):12 with labels left offset 1.2,0 font ",11" \
         textcolor rgb ink noenhanced, \
     file every ::1 using (x_high):($1 + 0.24):14 with labels left offset 1.2,0 font ",10" textcolor rgb grey noenhanced, \
     file every ::1 using (x_high):1:13:(written($10)) with labels left offset 26,0 font ",11" textcolor rgb variable noenhanced
