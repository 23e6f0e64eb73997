// SPDX-License-Identifier: LGPL-2.1-or-later
// Pieces: large bodies. Each MiB begins with its number, so that none is like another.
using System.Security.Cryptography;
using System.Text;

static class Pieces
{
    public const int Size = 1 << 20;

    public static async Task WriteTo(Stream stream, long count, CancellationToken cancel = default)
    {
        var piece = new byte[Size];
        for (long i = 0; i < count; i++)
        {
            Encoding.ASCII.GetBytes(i.ToString("d8"), piece);
            await stream.WriteAsync(piece, cancel);
        }
    }

    /// <summary>What came: "LENGTH SHA256".</summary>
    public static async Task<string> Digest(Stream stream)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[300000];
        long length = 0;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; length += read)
            sha.AppendData(buffer, 0, read);
        return $"{length} {Convert.ToHexString(sha.GetHashAndReset()).ToLowerInvariant()}";
    }
}
