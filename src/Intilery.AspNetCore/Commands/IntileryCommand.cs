using System.Text.Json.Nodes;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// Runs one command of <c>intilery</c>: here where the outbox is in the application's database or no process has it open, else in the
/// process that has.
/// </summary>
internal sealed class IntileryCommand(
    SampleCommand samples,
    Doctor doctor,
    BackfillCommand backfill,
    RuntimeMode mode,
    IOptionsMonitor<IntileryOptions> options,
    IHostEnvironment environment,
    TimeProvider time,
    IServiceProvider services)
{
    /// <summary>Returns the exit code.</summary>
    public async Task<int> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyList<Endpoint> endpoints, TextWriter output, CancellationToken cancellationToken)
    {
        var (request, text, exitCode) = CommandLine.Parse(arguments);
        if (request is null)
        {
            await output.WriteLineAsync(text).ConfigureAwait(false);
            return exitCode;
        }

        if (request.Name is "doctor" or "samples")
        {
            var isGood = request.Name == "doctor"
                ? await doctor.RunAsync(output, endpoints, request.Has("--json"), cancellationToken).ConfigureAwait(false)
                : await samples.RunAsync(output, request.Has("--json"), cancellationToken).ConfigureAwait(false);
            return isGood ? ExitCodes.Done : ExitCodes.Failed;
        }

        if (!mode.KeepsEvents && !request.Has("--dry-run"))
        {
            await output.WriteLineAsync(
                "This application keeps no events: it has no account, or Intilery:CaptureOnly is set. "
                + "Give the command the same configuration as the application.")
                .ConfigureAwait(false);
            return ExitCodes.Failed;
        }

        if (request.Name == "backfill")
        {
            return await backfill.RunAsync(request, request.Has("--dry-run") ? null : Owned() is [var owner, ..] ? owner : null, output, cancellationToken).ConfigureAwait(false);
        }

        var answer = await OperateAsync(request, cancellationToken).ConfigureAwait(false);
        await output.WriteLineAsync(request.Has("--json") ? answer.Json : answer.Text).ConfigureAwait(false);
        return answer.ExitCode;
    }

    private async Task<CommandAnswer> OperateAsync(CommandRequest request, CancellationToken cancellationToken)
    {
        var owned = Owned();
        if (owned.Count == 0)
        {
            // Nothing of this process captures: the switch lets the operator in.
            services.GetRequiredService<CaptureSwitch>().TurnOn();
            services.GetRequiredService<OutboxWriter>().Start();
            return await services.GetRequiredService<OperatorCommands>().RunAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var answers = new List<(string File, CommandAnswer Answer)>();
        // Each process reads every file of the folder, also those that other processes have open.
        foreach (var file in request.Name == "export" ? owned.Take(1) : owned)
        {
            answers.Add((file, await OwnerRequests.AskAsync(file, request, time, cancellationToken).ConfigureAwait(false) ?? NoAnswer(file)));
        }

        return answers is [var only] ? only.Answer : Join(answers);
    }

    private IReadOnlyList<string> Owned() => mode.SharesOutbox
        ? []
        : [.. OutboxFolder.Candidates(options.CurrentValue.Outbox, environment.ContentRootPath).SelectMany(OwnerRequests.OwnedFiles)];

    private static CommandAnswer NoAnswer(string file)
    {
        var text = $"The process that has {file} open did not answer within {OwnerRequests.Patience.TotalSeconds} seconds. It may be stopping, or hang.";
        return new CommandAnswer(ExitCodes.NoAnswer, text, new JsonObject { ["error"] = text }.ToJsonString());
    }

    // Several processes of one machine have a file each.
    private static CommandAnswer Join(List<(string File, CommandAnswer Answer)> answers) => new(
        answers.Max(it => it.Answer.ExitCode),
        string.Join(Environment.NewLine, answers.Select(it => $"{Path.GetFileName(it.File)}:{Environment.NewLine}{it.Answer.Text}")),
        $"{{{string.Join(", ", answers.Select(it => $"\"{Path.GetFileName(it.File)}\": {it.Answer.Json}"))}}}");
}
