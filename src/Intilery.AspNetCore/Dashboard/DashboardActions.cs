using System.Globalization;
using Intilery.AspNetCore.Commands;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// What the page may change: dead letters and other destinations, by those whom the application's policy lets in; and a check of the API.
/// </summary>
internal sealed class DashboardActions(IServiceProvider services)
{
    private const string Check = "check";

    /// <summary>Gets the addresses of the actions below the page's.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "dead/retry", "dead/purge", "destination/redirect", "destination/purge", Check,
    };

    public static bool IsAllowed(string name, DashboardAccess access) =>
        access == DashboardAccess.Mapped || (access == DashboardAccess.Local && name == Check);

    /// <summary>Does it, and returns what the page shows of it.</summary>
    public async Task<object> RunAsync(string name, IFormCollection form, CancellationToken cancellationToken)
    {
        var outbox = services.GetRequiredService<IIntileryOutbox>();
        switch (name)
        {
            case "dead/retry":
                return new { Done = await outbox.RetryDeadLettersAsync(IdsOf(form), cancellationToken).ConfigureAwait(false) };

            case "dead/purge":
                return new { Done = await outbox.PurgeDeadLettersAsync(IdsOf(form), cancellationToken).ConfigureAwait(false) };

            case "destination/redirect":
                return new { Done = await outbox.RedirectDestinationAsync(OtherOf(form), cancellationToken).ConfigureAwait(false) ? 1 : 0 };

            case "destination/purge":
                return new { Done = await outbox.PurgeDestinationAsync(OtherOf(form), cancellationToken).ConfigureAwait(false) ? 1 : 0 };

            default:
                return new { Checks = await services.GetRequiredService<Doctor>().CheckApiAsync(cancellationToken).ConfigureAwait(false) };
        }
    }

    private static List<long> IdsOf(IFormCollection form) =>
        [.. form["id"].Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0).Where(id => id > 0)];

    private static IntileryOtherDestination OtherOf(IFormCollection form) => new()
    {
        Address = form["address"].ToString(),
        Events = Number(form["events"]),
        RunningTrials = Number(form["trials"]),
    };

    private static long Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
