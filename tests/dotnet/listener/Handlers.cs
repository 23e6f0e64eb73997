// SPDX-License-Identifier: LGPL-2.1-or-later
// Handlers: one for each thing that the tests may ask for; ../httpsys/Handlers.cs has the same.
using System.Net;
using System.Text;

sealed class Handlers
{
    readonly int app;
    readonly Dictionary<string, Func<HttpListenerContext, Task>> byName;

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
            ["secret"] = Secret,
            ["echo"] = Echo,
            ["up"] = async context => await Answer(context, await Pieces.Digest(context.Request.InputStream)),
            ["down"] = Down,
            ["hold"] = Hold,
            ["abort"] = Abort,
            ["meet"] = Meet,
            ["socket"] = Socket,
        };
    }

    public static string NameOf(HttpListenerRequest request) => request.Url!.AbsolutePath.Split('/')[^1];

    public async Task Handle(HttpListenerContext context)
    {
        var name = NameOf(context.Request);
        try
        {
            await byName.GetValueOrDefault(name, Unknown)(context);
            context.Response.Close();
        }
        catch (Exception error)
        {
            Commands.Say($"{name} failed: {Commands.Describe(error)}");
            context.Response.Abort();
        }
    }

    static long Number(HttpListenerContext context, string name) =>
        long.Parse(context.Request.QueryString[name] ?? "0");

    static Task Answer(HttpListenerContext context, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength64 = bytes.Length;
        return context.Request.HttpMethod == "HEAD" ? Task.CompletedTask
            : context.Response.OutputStream.WriteAsync(bytes).AsTask();
    }

    Task Unknown(HttpListenerContext context)
    {
        context.Response.StatusCode = 404;
        return Answer(context, $"nothing in app {app}");
    }

    Task Tell(HttpListenerContext context)
    {
        var request = context.Request;
        var lines = new StringBuilder()
            .AppendLine($"app {app}")
            .AppendLine($"verb {request.HttpMethod}")
            .AppendLine($"raw {request.RawUrl}")
            .AppendLine($"path {request.Url!.AbsolutePath}")
            .AppendLine($"query {request.Url.Query}")
            .AppendLine($"host {request.UserHostName}")
            .AppendLine($"version {request.ProtocolVersion}")
            .AppendLine($"body {request.HasEntityBody} {request.ContentLength64}")
            .AppendLine($"keep-alive {request.KeepAlive}")
            .AppendLine($"remote {request.RemoteEndPoint}")
            .AppendLine($"local {request.LocalEndPoint} {request.IsLocal}");
        foreach (var name in request.Headers.AllKeys)
            lines.AppendLine($"header {name}: {request.Headers[name]}");
        return Answer(context, lines.ToString());
    }

    static Task Secret(HttpListenerContext context)
    {
        var identity = context.User!.Identity!;
        return Answer(context, $"{identity.AuthenticationType} {identity.Name}");
    }

    static Task Headers(HttpListenerContext context)
    {
        var headers = context.Response.Headers;
        headers.Add("X-Repeated", "1");
        headers.Add("X-Repeated", "2");
        headers.Add("X-Empty", "");
        headers.Add("X-Latin", "Gr\u00fc\u00dfe");
        headers.Add("ETag", "\"tag\"");
        headers.Add("Server", "Mine/1");
        context.Response.AppendCookie(new Cookie("a", "1"));
        context.Response.AppendCookie(new Cookie("b", "2"));
        return Answer(context, "");
    }

    static Task Status(HttpListenerContext context)
    {
        context.Response.StatusCode = (int)Number(context, "code");
        if (context.Request.QueryString["reason"] is string reason)
            context.Response.StatusDescription = reason;
        return Task.CompletedTask;
    }

    static Task Close(HttpListenerContext context)
    {
        context.Response.KeepAlive = false;
        return Answer(context, "Goodbye");
    }

    static async Task Echo(HttpListenerContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        await context.Request.InputStream.CopyToAsync(context.Response.OutputStream);
    }

    static async Task Down(HttpListenerContext context)
    {
        var count = Number(context, "pieces");
        if (context.Request.QueryString["framing"] == "length")
            context.Response.ContentLength64 = count * Pieces.Size;
        await Pieces.WriteTo(context.Response.OutputStream, count);
    }

    static async Task Hold(HttpListenerContext context)
    {
        var released = Commands.Released;
        Commands.Say("held");
        await released;
        await Answer(context, "released");
    }

    static Task Abort(HttpListenerContext context)
    {
        context.Response.Abort();
        return Task.CompletedTask;
    }

    static async Task Meet(HttpListenerContext context)
    {
        await Meeting.Join(context.Request.QueryString["name"]!, (int)Number(context, "count"));
        await Answer(context, "met");
    }

    static async Task Socket(HttpListenerContext context)
    {
        var accepted = await context.AcceptWebSocketAsync(context.Request.Headers["Sec-WebSocket-Protocol"]);
        await Sockets.Echo(accepted.WebSocket);
    }
}
