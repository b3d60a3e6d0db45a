using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A way to a server that can be closed: whoever is on it is cut off, and whoever comes is refused, until it is opened again.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private TcpListener? _listener;
    private string _host = string.Empty;
    private int _serverPort;
    private int _port;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Opens it to a server, and returns its port.</summary>
    public int Start(string host, int port)
    {
        (_host, _serverPort) = (host, port);
        Open();
        return _port;
    }

    public void Open()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public async Task CloseAsync()
    {
        _listener!.Stop();
        await _accepting;
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await CloseAsync();
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync();
                _open.TryAdd(client, true);
                _ = ForwardAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open.TryAdd(server, true);
        try
        {
            await server.ConnectAsync(_host, _serverPort);
            await using var one = new NetworkStream(client);
            await using var other = new NetworkStream(server);
            await Task.WhenAny(one.CopyToAsync(other), other.CopyToAsync(one));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // Cut off.
        }
        finally
        {
            client.Dispose();
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
        }
    }
}
