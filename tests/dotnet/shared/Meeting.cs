// SPDX-License-Identifier: LGPL-2.1-or-later
// Meeting: requests that wait for each other, so that all are in the program at once.
using System.Collections.Concurrent;

sealed class Meeting
{
    static readonly ConcurrentDictionary<string, Meeting> meetings = new();
    readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int here;

    /// <summary>Ends for everybody in the meeting of that name when the last of `count` has come.</summary>
    public static Task Join(string name, int count)
    {
        var meeting = meetings.GetOrAdd(name, _ => new Meeting());
        if (Interlocked.Increment(ref meeting.here) == count)
            meeting.all.SetResult();
        return meeting.all.Task;
    }
}
