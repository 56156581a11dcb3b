# Where does a job's time go? Shares of stretches that lie end to end, and the whole.
# NAME.tsv: row, pool, before the submit, in submit, queued, running, in ns. Also: rows.
load style
set lmargin at screen 0.12
set rmargin at screen 0.90
set tmargin at screen 0.78
set bmargin at screen 0.14
set xrange [0 : 100]
set yrange [rows - 0.5 : -0.5]
set format x "%g%%"
set border 1
set ytics scale 0
set grid noytics
colours = "#B8860B #D55E00 #0072B2 #009E73"
heads = "\"before the submit\" \"in submit\" \"queued, and until a worker is awake\" running"
places = "0.12 0.30 0.42 0.72"
do for [i = 1 : 4] {
    set object 20 + i rectangle from screen word(places, i) + 0, screen 0.815 to screen word(places, i) + 0.014, screen 0.84 \
        fillcolor rgb word(colours, i) fillstyle solid noborder
    set label 20 + i word(heads, i) at screen word(places, i) + 0.02, screen 0.828 left front font ",12" textcolor rgb ink
}
say(ns) = ns < 1e3 ? sprintf("%.0f ns", ns) : ns < 1e6 ? sprintf("%.3g us", ns / 1e3) : ns < 1e9 ? sprintf("%.3g ms", ns / 1e6) : sprintf("%.3g s", ns / 1e9)
plot for [i = 1 : 4] data."/".name.".tsv" every ::1 \
         using (100 * ((sum [k = 3 : i + 2] column(k)) - column(i + 2) / 2.0) / ($3 + $4 + $5 + $6)):1:(50 * column(i + 2) / ($3 + $4 + $5 + $6)):(0.32) \
         with boxxyerrorbars fillstyle solid noborder linecolor rgb word(colours, i) notitle, \
     data."/".name.".tsv" every ::1 using (0):1:ytic(2) with points pointsize 0 notitle, \
     data."/".name.".tsv" every ::1 using (100):1:(say($3 + $4 + $5 + $6)) with labels left offset 0.8,0 font ",13" textcolor rgb ink
