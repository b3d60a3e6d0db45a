using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Trials;

/// <summary>Decides whether trials can be scheduled: only if all processes share the schedule, or there is a single process.</summary>
internal sealed class TrialClockPolicy(
    RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, IHostEnvironment environment, IServiceProvider services)
{
    public TrialPlacement Placement { get; } = Place(mode, options, environment, services);

    /// <summary>
    /// Gets a value indicating whether the clock runs in this process: in the one that delivers, or where nothing is delivered.
    /// </summary>
    public bool RunsClock => Placement != TrialPlacement.Refused && (mode.Delivers || !mode.KeepsEvents);

    /// <exception cref="InvalidOperationException">Trials are mapped, and the trial clock cannot run.</exception>
    public void Check(IEnumerable<EntityMapping> mappings)
    {
        if (Fault(mappings) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }
    }

    /// <summary>Returns why the mapped trials stop the start, and what to do; <see langword="null"/> if they do not.</summary>
    public string? Fault(IEnumerable<EntityMapping> mappings) =>
        Placement == TrialPlacement.Refused && mappings.OfType<TrialMapping>().FirstOrDefault() is { } mapping
            ? $"{mapping.Call} feeds the trial clock, which cannot run on an outbox that belongs to one process: of several, one would end trials that "
                + "another has extended. Let events wait in the application's database (AddIntilery().UseEntityFrameworkOutbox<...>()), or set "
                + "Intilery:Outbox:SingleInstance to true if the application never runs in more than one process."
            : null;

    private static TrialPlacement Place(
        RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, IHostEnvironment environment, IServiceProvider services)
    {
        if (!mode.KeepsEvents)
        {
            return TrialPlacement.Shown;
        }

        if (!mode.SharesOutbox && !environment.IsDevelopment() && !mode.IsTestServer && !options.CurrentValue.Outbox.SingleInstance)
        {
            return TrialPlacement.Refused;
        }

        return services.GetRequiredService<IOutboxStore>().SurvivesProcess ? TrialPlacement.Durable : TrialPlacement.Memory;
    }
}

/// <summary>Where the schedule of trials is stored.</summary>
internal enum TrialPlacement
{
    /// <summary>In memory, because events are only shown: no event is lost with the process.</summary>
    Shown,

    /// <summary>
    /// Nowhere: the outbox belongs to this process, and <c>Outbox:SingleInstance</c> is not set. The clock would end trials that another
    /// process has extended, and drop the starts of trials that another process has ended.
    /// </summary>
    Refused,

    /// <summary>In memory: a trial that ends after the process has stopped gets no Trial Ended.</summary>
    Memory,

    /// <summary>In a file or a database.</summary>
    Durable,
}
