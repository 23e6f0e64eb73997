// SPDX-License-Identifier: LGPL-2.1-or-later
// Sockets: what both programs do with a WebSocket.
using System.Net.WebSockets;

static class Sockets
{
    /// <summary>Sends each message back, in the pieces and of the kind it came in, and agrees to close.</summary>
    public static async Task Echo(WebSocket socket)
    {
        var buffer = new byte[65536];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (got.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage,
                CancellationToken.None);
        }
        await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription,
            CancellationToken.None);
        Commands.Say($"closed {(int?)socket.CloseStatus} {socket.CloseStatusDescription}");
    }
}
