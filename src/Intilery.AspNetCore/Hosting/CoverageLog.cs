using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Logs, once the application has started, which of the specification's events it does not capture.</summary>
internal sealed class CoverageLog(CoverageInspection coverage, IHostEnvironment environment, LifecycleDiagnostics diagnostics)
{
    /// <summary>Gets the task of the inspection.</summary>
    public Task Writing { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the inspection, without delaying the host.</summary>
    public void Begin() => Writing = Task.Run(WriteAsync);

    private async Task WriteAsync()
    {
        try
        {
            var report = await coverage.GetQuickReportAsync().ConfigureAwait(false);
            var missing = report.Events.Where(line => line.Status is CoverageStatus.Missing or CoverageStatus.Impossible).ToList();
            if (!environment.IsDevelopment())
            {
                if (missing.Count > 0)
                {
                    diagnostics.Log.CoverageSummary(report.Events.Count - missing.Count, string.Join(", ", missing.Select(line => line.EventName)));
                }

                return;
            }

            foreach (var line in missing)
            {
                diagnostics.Log.EventNotCovered(line.EventName, line.Status, line.Reason!, line.Fix ?? string.Empty);
            }
        }
        catch (ObjectDisposedException)
        {
            // The host stopped right after its start.
        }
        catch (Exception exception)
        {
            // A failure does not affect the host.
            diagnostics.Failed("looking at what is captured", exception);
        }
    }
}
