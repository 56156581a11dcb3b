# Who waits for a slow consumer? Small multiples over one time axis: a column for
# each policy, rows for the queue, the results, the waiting producers and the
# blocked workers.
# NAME.tsv: column, policy, time ms, queue, results, producers waiting, workers
# blocked. Also: columns, policies, pauses (begin and end ms of each column),
# longest (ms), queue_high, results_high, producers, workers.
load style
policy_colour(p) = p eq "block" ? "#1F2933" : p eq "throttle" ? "#0F8B8D" : "#B8860B"
rows = 4
array names[4] = ["jobs queued", "results waiting", "producers waiting", "workers blocked"]
array highs[4] = [queue_high, results_high, producers, workers]
left = 0.155; right = 0.975; top = 0.80; bottom = 0.115
width = (right - left) / columns
height = (top - bottom) / rows
set multiplot
set xrange [0 : longest]
tic = 10 ** floor(log10(longest / 3))
tic = longest / tic > 15 ? 5 * tic : longest / tic > 6 ? 2 * tic : tic
set grid noxtics
do for [c = 1:columns] {
    policy = word(policies, c)
    begin = real(word(pauses, 2 * c - 1)); end = real(word(pauses, 2 * c))
    do for [r = 1:rows] {
        set lmargin at screen left + (c - 1) * width
        set rmargin at screen left + c * width - 0.022
        set tmargin at screen top - (r - 1) * height
        set bmargin at screen top - r * height + 0.035
        if (c > 1 || r > 1) { unset label 1; unset label 2; unset label 3 }
        unset label 4; unset label 5; unset label 6; unset object 1
        if (r == 1) { set label 4 policy at graph 0,1.16 left textcolor rgb policy_colour(policy) font ",14" noenhanced }
        if (c == 1) { set label 5 names[r] at screen 0.03,(top - (r - 0.62) * height) left textcolor rgb grey font ",11" }
        if (end > begin) { set object 1 rectangle from begin, graph 0 to end, graph 1 behind fillcolor rgb "#FBE3D6" fillstyle solid noborder }
        set yrange [0 : highs[r] * 1.08]
        set ytics (0, highs[r])
        if (c == 1) { set format y "%g" } else { set format y "" }
        if (r == rows) { set format x "%g" } else { set format x "" }
        set xtics tic
        set label 6 (r == rows ? "ms" : "") at graph 0.5,-0.45 center textcolor rgb grey font ",11"
        plot data."/".name.".tsv" every ::1 using (int($1) == c ? $3 : NaN):(column(r + 3)) \
                 with filledcurves y1=0 fillcolor rgb policy_colour(policy) fillstyle transparent solid 0.18 noborder, \
             data."/".name.".tsv" every ::1 using (int($1) == c ? $3 : NaN):(column(r + 3)) \
                 with lines linewidth 1.6 linecolor rgb policy_colour(policy)
    }
}
unset multiplot
