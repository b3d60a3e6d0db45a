using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Whether this process shows, stores or delivers events. Decided once, at the first access.</summary>
internal sealed class RuntimeMode(IOptionsMonitor<IntileryOptions> options, IServiceProvider services)
{
    private const string TestServer = "Microsoft.AspNetCore.TestHost.TestServer";

    private bool? _keepsEvents;

    public bool HasServer => services.GetService<IServer>() is not null;

    public bool IsTestServer => services.GetService<IServer>()?.GetType().FullName == TestServer;

    /// <summary>Gets a value indicating whether the application runs under TestServer, and its events would leave the machine.</summary>
    public bool IsHeldByTestServer =>
        IsTestServer && !options.CurrentValue.BaseAddress.IsLoopback && !options.CurrentValue.Delivery.UnderTestServer;

    /// <summary>Gets a value indicating whether events are stored for delivery; if not, they are only shown.</summary>
    public bool KeepsEvents =>
        _keepsEvents ??= !options.CurrentValue.HasNoAccount && !options.CurrentValue.CaptureOnly && !IsHeldByTestServer;

    /// <summary>Gets a value indicating whether the outbox is in the application's database, which its processes share.</summary>
    public bool SharesOutbox => services.GetService<IOutboxSessions>() is not null;

    public bool Delivers => KeepsEvents && options.CurrentValue.Delivery.Enabled;
}
