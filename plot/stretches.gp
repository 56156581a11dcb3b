# Where does a job's time go? Left the shares of stretches that lie end to end, right
# the whole: the mean time of a job from plan to end, on a logarithmic axis.
# NAME.tsv: row, pool, before the submit, in submit, queued, running, in ns; their sum in words. Also: rows;
# whole_low and whole_high (ns).
load style
set multiplot
set tmargin at screen down(head + 62)
set bmargin at screen up(112)
set lmargin at screen left_edge(name_length)
set rmargin at screen 0.66
set xrange [0 : 100]
set yrange [rows - 0.5 : -0.5]
set format x "%g%%"
set border 1
set ytics scale 0
set grid noytics
set xlabel "share of the mean time" textcolor rgb grey offset 0,0.2
# Waiting is grey, work is not; no colour of a pool.
stretch = "#CBD2D9 #9AA5B1 #52606D #6B8F3A"
heads = "\"before the submit\" \"in submit\" \"queued, and until a worker is awake\" running"
places = "0 0.16 0.27 0.56"
do for [i = 1 : 4] {
    x = left_edge(name_length) + real(word(places, i))
    set object 20 + i rectangle from screen x, screen down(head + 36) to screen x + 0.014, screen down(head + 19) \
        fillcolor rgb word(stretch, i) fillstyle solid noborder
    set label 20 + i word(heads, i) at screen x + 0.02, screen down(head + 28) left front font ",12" textcolor rgb ink
}
say(ns) = ns < 1e3 ? sprintf("%.0f ns", ns) : ns < 1e6 ? sprintf("%.3g us", ns / 1e3) : ns < 1e9 ? sprintf("%.3g ms", ns / 1e6) : sprintf("%.3g s", ns / 1e9)
plot for [i = 1 : 4] data."/".name.".tsv" every ::1 \
         using (100 * ((sum [k = 3 : i + 2] column(k)) - column(i + 2) / 2.0) / ($3 + $4 + $5 + $6)):1:(50 * column(i + 2) / ($3 + $4 + $5 + $6)):(0.32) \
         with boxxyerrorbars fillstyle solid noborder linecolor rgb word(stretch, i) notitle, \
     data."/".name.".tsv" every ::1 using (0):1:ytic(2) with points pointsize 0 notitle
unset label 1; unset label 2; unset label 3
do for [i = 1 : 4] { unset object 20 + i; unset label 20 + i }
set lmargin at screen 0.70
set rmargin at screen 0.95
set logscale x
decades = log10(whole_high / whole_low) < 1 ? 1.0 : log10(whole_high / whole_low)
x_low = whole_low / 10 ** (0.1 * decades); x_high = whole_high * 10 ** (0.35 * decades)
set xrange [x_low : x_high]
set format x ""
set xtics 1, 10
set xtics (say(1) 1) font ",11"
between = decades < 1.5 ? "1 2 5" : ticks_in("1", x_low, x_high) < 3 ? "1 3" : "1"
even = sum [power = 0 : 5] (100.0 ** power >= x_low && 100.0 ** power <= x_high) # which have room for their numbers
do for [e = 0 : 11] { if (even < 3 || e % 2 == 0) { do for [m in between] { set xtics add (say(m * 10.0 ** e) m * 10.0 ** e) } } }
set grid xtics
unset ytics
set xlabel "mean time from plan to end (log)" textcolor rgb grey offset 0,0.2
plot data."/".name.".tsv" every ::1 using ($3 + $4 + $5 + $6):1 with points pointtype 7 pointsize 1.3 linecolor rgb ink, \
     data."/".name.".tsv" every ::1 using ($3 + $4 + $5 + $6):1:7 with labels left offset 1,0 font ",13" textcolor rgb ink
unset multiplot
