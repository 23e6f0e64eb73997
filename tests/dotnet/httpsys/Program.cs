// SPDX-License-Identifier: LGPL-2.1-or-later
// httpsys: a server of ASP.NET Core on HttpSys that does what the last segment of a request's path asks for.
//
//   httpsys.exe [OPTION=VALUE]... PREFIX... [-- ...]
//
// Options: those of HttpSysOptions in `Configure`. inline: one receive at a time, and a handler that blocks keeps the
// next from being received.
using System.Runtime.Versioning;
using Microsoft.AspNetCore.Server.HttpSys;

[assembly: SupportedOSPlatform("windows")]

return await new Servers(args).Run();

sealed class Servers(string[] words)
{
    readonly List<Arguments> arguments = Arguments.OfEachApp(words);
    readonly List<WebApplication> apps = [];

    public Task<int> Run() => Commands.Obey(Start, Stop);

    async Task Start()
    {
        foreach (var one in arguments)
        {
            var app = Build(one);
            await app.StartAsync();
            apps.Add(app);
            one.Prefixes.ForEach(prefix => Commands.Say($"listening on {prefix}"));
        }
    }

    async Task Stop()
    {
        foreach (var app in apps)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
        apps.Clear();
    }

    static WebApplication Build(Arguments arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseHttpSys(options => Configure(options, arguments));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(new Handlers(arguments.Number).Handle);
        return app;
    }

    static void Configure(HttpSysOptions options, Arguments arguments)
    {
        arguments.Prefixes.ForEach(prefix => options.UrlPrefixes.Add(prefix));
        options.ThrowWriteExceptions = true;
        options.MaxRequestBodySize = arguments.LongOf("body");
        if (arguments.LongOf("queue") is long queue)
            options.RequestQueueLimit = queue;
        if (arguments.LongOf("connections") is long connections)
            options.MaxConnections = connections;
        if (arguments["verbosity"] is string verbosity)
            options.Http503Verbosity = Enum.Parse<Http503VerbosityLevel>(verbosity);
        if (arguments.LongOf("idle") is long idle)
            options.Timeouts.IdleConnection = TimeSpan.FromSeconds(idle);
        if (arguments["inline"] != null)
        {
            options.MaxAccepts = 1;
            options.UnsafePreferInlineScheduling = true;
        }
    }
}
