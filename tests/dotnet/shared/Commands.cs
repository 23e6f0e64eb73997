// SPDX-License-Identifier: LGPL-2.1-or-later
// Commands: what the tests tell the program on its standard input, a line each, and what it says on standard output.
//
//   release   all requests that are held go on
//   stop      all apps stop; says "stopped"
//   start     they start again; says "listening on ..." for each prefix
//
// Ctrl+C, or the end of the input, stops the apps and ends the program.
using System.ComponentModel;
using System.Runtime.InteropServices;

static class Commands
{
    static readonly object saying = new();
    static TaskCompletionSource released = NewRelease();

    static TaskCompletionSource NewRelease() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the next "release".</summary>
    public static Task Released => released.Task;

    public static void Say(string line)
    {
        lock (saying)
            Console.Out.WriteLine(line);
    }

    /// <summary>The exit status: 1 when the apps can't be started.</summary>
    public static async Task<int> Obey(Func<Task> start, Func<Task> stop)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            end.TrySetResult();
        });
        if (!await Try("start", start))
            return 1;
        new Thread(() => ReadAll(start, stop, end)) { IsBackground = true }.Start();
        await end.Task;
        return await Try("stop", stop) ? 0 : 1;
    }

    static void ReadAll(Func<Task> start, Func<Task> stop, TaskCompletionSource end)
    {
        while (Console.In.ReadLine() is string command)
        {
            if (command == "release")
                Interlocked.Exchange(ref released, NewRelease()).SetResult();
            else if (command == "start")
                Try("start", start).Wait();
            else if (command == "stop" && !stopping)
                _ = StopAndSay(stop); // it may wait for what only "release" ends
        }
        end.TrySetResult();
    }

    static volatile bool stopping;

    static async Task StopAndSay(Func<Task> stop)
    {
        stopping = true;
        if (await Try("stop", stop))
            Say("stopped");
        stopping = false;
    }

    static async Task<bool> Try(string what, Func<Task> action)
    {
        try
        {
            await Task.Run(action);
            return true;
        }
        catch (Exception error)
        {
            Say($"{what} failed: {Describe(error)}");
            return false;
        }
    }

    /// <summary>Its type and, when it has one, its Windows error code.</summary>
    public static string Describe(Exception error)
    {
        var coded = error as Win32Exception ?? error.InnerException as Win32Exception;
        return $"{error.GetType().Name} {coded?.NativeErrorCode.ToString() ?? error.Message}";
    }
}
