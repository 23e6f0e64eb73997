// SPDX-License-Identifier: LGPL-2.1-or-later
// listener: a server on HttpListener that does what the last segment of a request's path asks for.
//
//   listener.exe [threads=N] [idle=SECONDS] PREFIX... [-- ...]
//
// threads: that many threads take requests with blocking calls; without it they come asynchronously.
using System.Net;

return await new Listeners(args).Run();

sealed class Listeners(string[] words)
{
    readonly List<App> apps = Arguments.OfEachApp(words).ConvertAll(arguments => new App(arguments));

    public Task<int> Run() => Commands.Obey(Start, Stop);

    Task Start()
    {
        foreach (var app in apps)
            app.Start();
        return Task.CompletedTask;
    }

    async Task Stop()
    {
        foreach (var app in apps)
            await app.Stop();
    }
}

sealed class App
{
    readonly Arguments arguments;
    readonly HttpListener listener = new();
    readonly Handlers handlers;
    readonly List<Task> takers = [];
    volatile bool stopping; // IsListening is true until those that wait have been told

    public App(Arguments arguments)
    {
        this.arguments = arguments;
        handlers = new Handlers(arguments.Number);
        arguments.Prefixes.ForEach(listener.Prefixes.Add);
        listener.AuthenticationSchemeSelectorDelegate = request =>
            Handlers.NameOf(request) == "secret" ? AuthenticationSchemes.Basic : AuthenticationSchemes.Anonymous;
        listener.Realm = "tests";
    }

    public void Start()
    {
        stopping = false;
        listener.Start();
        if (arguments.LongOf("idle") is long seconds)
            listener.TimeoutManager.IdleConnection = TimeSpan.FromSeconds(seconds);
        var threads = arguments.LongOf("threads") ?? 0;
        for (var i = 0; i < threads; i++)
            takers.Add(Task.Factory.StartNew(TakeBlocking, TaskCreationOptions.LongRunning));
        if (threads == 0)
            takers.Add(Take());
        arguments.Prefixes.ForEach(prefix => Commands.Say($"listening on {prefix}"));
    }

    public async Task Stop()
    {
        stopping = true;
        listener.Stop();
        await Task.WhenAll(takers);
        takers.Clear();
    }

    async Task Take()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => handlers.Handle(context));
            }
        }
        catch (Exception error) when (stopping)
        {
            Commands.Say($"waits no more: {Commands.Describe(error)}");
        }
    }

    void TakeBlocking()
    {
        try
        {
            while (true)
                handlers.Handle(listener.GetContext()).Wait();
        }
        catch (Exception error) when (stopping)
        {
            Commands.Say($"waits no more: {Commands.Describe(error)}");
        }
    }
}
