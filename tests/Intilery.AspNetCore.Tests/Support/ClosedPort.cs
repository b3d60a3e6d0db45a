using System.Net;
using System.Net.Sockets;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A loopback port that nobody listens on yet.</summary>
internal static class ClosedPort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
