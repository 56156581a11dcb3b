# How long does the queue get, and when more comes? Jobs that wait over time: a panel for what
# is recommended at the rate asked for, and one for each policy when more comes.
# plan-queue.tsv: panel, ms, waiting jobs. Also: panel_count, and of each panel: panels (title),
# highs (most jobs), lengths (ms), warm (ms), places (of the queue), labels (where their
# number begins, as a share of the width).
load style
left = 0.065; right = 0.985
columns = panel_count < 3 ? panel_count : 3
rows = (panel_count + columns - 1) / columns
width = (right - left) / columns
top = down(head + 20); bottom = up(60)
high = (top - bottom) / rows
step_of(v) = 10 ** floor(log10(v / 3.0)) * (v / 10 ** floor(log10(v / 3.0)) <= 4 ? 1 : v / 10 ** floor(log10(v / 3.0)) <= 8 ? 2 : v / 10 ** floor(log10(v / 3.0)) <= 20 ? 5 : 10)
set multiplot
set grid noxtics
do for [p = 1 : panel_count] {
    column_of = (p - 1) % columns; row_of = (p - 1) / columns
    set lmargin at screen left + column_of * width
    set rmargin at screen left + (column_of + 1) * width - 0.045
    set tmargin at screen top - row_of * high - 0.035
    set bmargin at screen top - (row_of + 1) * high + up(62)
    if (p > 1) { unset label 1; unset label 2; unset label 3 }
    paint = p == 1 ? "#0072B2" : "#B8860B"
    set label 4 panels[p] at graph 0,1.0 left offset 0,0.8 textcolor rgb paint font ",13" noenhanced
    most = highs[p] > 1 ? highs[p] : 1
    most = places[p] < 3 * most && places[p] > most ? places[p] : most
    set xrange [0 : lengths[p]]
    set yrange [0 : most * 1.12]
    set ytics step_of(most)
    set xtics step_of(lengths[p])
    set xlabel "ms" textcolor rgb grey font ",11" offset 0,0.6
    unset object 1
    if (warm[p] > 0) { set object 1 rectangle from 0, graph 0 to warm[p], graph 1 behind fillcolor rgb faint fillstyle solid noborder }
    unset arrow 2; unset label 5
    if (places[p] <= most * 1.1) {
        set arrow 2 from graph 0, first places[p] to graph 1, first places[p] nohead dashtype 3 linecolor rgb ink linewidth 1.2
        set label 5 sprintf("%d places", places[p]) at graph labels[p] + 0.01, first places[p] left offset 0,0.6 front boxed textcolor rgb ink font ",10"
    }
    plot data."/".name.".tsv" every ::1 using (int($1) == p ? $2 : NaN):3 \
             with filledcurves y1=0 fillcolor rgb paint fillstyle transparent solid 0.18 noborder, \
         data."/".name.".tsv" every ::1 using (int($1) == p ? $2 : NaN):3 with lines linewidth 1.6 linecolor rgb paint
}
unset multiplot
