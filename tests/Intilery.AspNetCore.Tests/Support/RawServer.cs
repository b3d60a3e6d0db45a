using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A server below HTTP, for answers that no web server gives. Connections without a script get a proper success.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Func<NetworkStream, Socket, Task>> _script = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public RawServer()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets the next connection's request be answered by these bytes, and the connection be closed.</summary>
    public void AnswerNext(string bytes) => HandleNext(async (stream, _) => await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes)));

    /// <summary>Lets the next connection be handled in this way, once its request has come.</summary>
    public void HandleNext(Func<NetworkStream, Socket, Task> handler) => _script.Enqueue(handler);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                await using var stream = new NetworkStream(socket);
                await ReadRequestAsync(stream);
                if (_script.TryDequeue(out var handler))
                {
                    await handler(stream, socket);
                }
                else
                {
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{\"success\":true}"u8.ToArray());
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went, or the test is over.
            }
        }
    }

    // Not parsed: whatever the client sends at first, a request's head and body or a TLS greeting, is enough.
    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!text.ToString().Contains("]}", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, _stopping.Token);
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            if (read == 0 || !text.ToString().StartsWith("POST", StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
