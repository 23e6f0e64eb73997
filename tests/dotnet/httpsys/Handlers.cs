// SPDX-License-Identifier: LGPL-2.1-or-later
// Handlers: one for each thing that the tests may ask for; ../listener/Handlers.cs has the same, where it can.
using System.Text;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.HttpSys;

sealed class Handlers
{
    readonly int app;
    readonly Dictionary<string, Func<HttpContext, Task>> byName;

    public Handlers(int app)
    {
        this.app = app;
        byName = new()
        {
            ["hello"] = context => Answer(context, "Hello, World!"),
            ["tell"] = Tell,
            ["headers"] = Headers,
            ["status"] = Status,
            ["close"] = Close,
            ["echo"] = Echo,
            ["up"] = async context => await Answer(context, await Pieces.Digest(context.Request.Body)),
            ["down"] = Down,
            ["file"] = File,
            ["hold"] = Hold,
            ["block"] = Block,
            ["await"] = AwaitAbort,
            ["abort"] = context => Task.Run(context.Abort),
            ["trailers"] = context => Answer(context, context.Response.SupportsTrailers().ToString()),
            ["times"] = Times,
            ["meet"] = Meet,
            ["socket"] = Socket,
        };
    }

    public async Task Handle(HttpContext context)
    {
        var name = (context.Request.PathBase + context.Request.Path).Value!.Split('/')[^1];
        try
        {
            await byName.GetValueOrDefault(name, Unknown)(context);
        }
        catch (Exception error)
        {
            Commands.Say($"{name} failed: {Commands.Describe(error)}");
            throw; // the server makes an answer of it, such as 413
        }
    }

    static long Number(HttpContext context, string name) =>
        long.Parse(context.Request.Query[name].FirstOrDefault("0")!);

    static Task Answer(HttpContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = bytes.Length;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.Body.WriteAsync(bytes).AsTask();
    }

    Task Unknown(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Answer(context, $"nothing in app {app}");
    }

    Task Tell(HttpContext context)
    {
        var (request, connection) = (context.Request, context.Connection);
        var body = context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>();
        var lines = new StringBuilder()
            .AppendLine($"app {app}")
            .AppendLine($"verb {request.Method}")
            .AppendLine($"raw {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}")
            .AppendLine($"base {request.PathBase.Value}")
            .AppendLine($"path {request.Path.Value}")
            .AppendLine($"query {request.QueryString}")
            .AppendLine($"host {request.Host}")
            .AppendLine($"version {request.Protocol["HTTP/".Length..]}")
            .AppendLine($"body {body.CanHaveBody} {request.ContentLength ?? -1}")
            .AppendLine($"remote {connection.RemoteIpAddress}:{connection.RemotePort}")
            .AppendLine($"local {connection.LocalIpAddress}:{connection.LocalPort}");
        foreach (var header in request.Headers)
            lines.AppendLine($"header {header.Key}: {header.Value}");
        return Answer(context, lines.ToString());
    }

    static Task Headers(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Append("X-Repeated", "1");
        headers.Append("X-Repeated", "2");
        headers.Append("X-Empty", "");
        headers.Append("X-Latin", "Gr\u00fc\u00dfe");
        headers.ETag = "\"tag\"";
        headers.Server = "Mine/1";
        context.Response.Cookies.Append("a", "1");
        context.Response.Cookies.Append("b", "2");
        return Answer(context, "");
    }

    static Task Status(HttpContext context)
    {
        context.Response.StatusCode = (int)Number(context, "code");
        if (context.Request.Query["reason"].FirstOrDefault() is string reason)
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;
        return Task.CompletedTask;
    }

    static Task Close(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        return Answer(context, "Goodbye");
    }

    static async Task Echo(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        await context.Request.Body.CopyToAsync(context.Response.Body);
    }

    static async Task Down(HttpContext context)
    {
        var count = Number(context, "pieces");
        if (context.Request.Query["framing"] == "length")
            context.Response.ContentLength = count * Pieces.Size;
        await Pieces.WriteTo(context.Response.Body, count, context.RequestAborted);
    }

    /// <summary>This program, whole or in ranges.</summary>
    static Task File(HttpContext context) =>
        Results.File(Environment.ProcessPath!, enableRangeProcessing: true).ExecuteAsync(context);

    static async Task Hold(HttpContext context)
    {
        var released = Commands.Released;
        Commands.Say("held");
        await released;
        await Answer(context, "released");
    }

    /// <summary>Keeps its thread, and with "inline" the receive loop.</summary>
    static Task Block(HttpContext context)
    {
        var released = Commands.Released;
        Commands.Say("held");
        released.Wait();
        return Answer(context, "released");
    }

    static async Task AwaitAbort(HttpContext context)
    {
        Commands.Say("held");
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    /// <summary>What http.sys measured of this request: how long it took to get here, in ticks.</summary>
    static Task Times(HttpContext context)
    {
        var timing = context.Features.GetRequiredFeature<IHttpSysRequestTimingFeature>();
        var known = timing.TryGetElapsedTime(HttpSysRequestTimingType.RequestHeaderParseStart,
            HttpSysRequestTimingType.RequestRoutingEnd, out var elapsed);
        return Answer(context, $"{known} {elapsed.Ticks}");
    }

    static async Task Meet(HttpContext context)
    {
        await Meeting.Join(context.Request.Query["name"]!, (int)Number(context, "count"));
        await Answer(context, "met");
    }

    static async Task Socket(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        await Sockets.Echo(socket);
    }
}
