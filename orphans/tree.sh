# Six sleepers, started in the ways by which programs leave their parents. The shell that runs this is their parent or was.

# Plain.
sleep 1000 &
# In a session of its own.
setsid sleep 1000 &
# In a session of its own, and the parent in between has ended.
(setsid sleep 1000 &)
(setsid sleep 1000 &)
# By a program that does both.
setsid -f sleep 1000
setsid -f sleep 1000
wait
