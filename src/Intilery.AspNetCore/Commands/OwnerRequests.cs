using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// Asks the process that has an embedded outbox open to carry out a command, by a file beside the outbox that it answers with another.
/// Both are readable by their owner only.
/// </summary>
internal static class OwnerRequests
{
    /// <summary>How long the process has to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How often the process looks for requests.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const string Request = ".request-";
    private const string Answer = ".answer-";
    private const string Unfinished = ".tmp";

    /// <summary>Returns the outbox files of a folder that a running process has open.</summary>
    public static IReadOnlyList<string> OwnedFiles(string folder) => [.. OutboxFile.In(folder).Where(IsOwned)];

    /// <summary>Returns that the process that has a file open did not answer: which process, and which file.</summary>
    public static string NoAnswer(string file)
    {
        var process = OutboxFile.OwnerOf(file) is { } owner
            ? $"The process {owner}, which has {file} open,"
            : $"The process that has {file} open";
        return $"{process} did not answer within {Patience.TotalSeconds} seconds.";
    }

    /// <summary>
    /// Asks the owner of a file. Returns null if it did not answer in time; it may carry out the command later all the same.
    /// </summary>
    public static async Task<CommandAnswer?> AskAsync(
        string file, CommandRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var (asked, answered) = (file + Request + id, file + Answer + id);
        Write(asked, JsonSerializer.Serialize(request));
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            while (!File.Exists(answered))
            {
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), time, either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    return null;
                }
            }

            return JsonSerializer.Deserialize<CommandAnswer>(
                await File.ReadAllTextAsync(answered, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            File.Delete(asked);
            File.Delete(answered);
        }
    }

    /// <summary>
    /// Carries out what was asked of the owner of a file, and deletes the requests and answers that no command waits for any more.
    /// </summary>
    public static async Task AnswerAsync(string file, OperatorCommands commands, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + ".*-*").Order())
        {
            var isRequest = path.StartsWith(file + Request, StringComparison.Ordinal);
            if (!isRequest && !path.StartsWith(file + Answer, StringComparison.Ordinal))
            {
                continue;
            }

            if (now - File.GetLastWriteTimeUtc(path) > Patience + Patience)
            {
                File.Delete(path);
            }
            else if (isRequest && !path.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                await CarryOutAsync(file, path, commands, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task CarryOutAsync(string file, string asked, OperatorCommands commands, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(asked, cancellationToken).ConfigureAwait(false);

        // Before it is carried out: a command is carried out once, also if its answer cannot be written.
        File.Delete(asked);
        if (JsonSerializer.Deserialize<CommandRequest>(text) is { } request)
        {
            var answer = await commands.RunAsync(request, isApplication: true, cancellationToken).ConfigureAwait(false);
            Write(file + Answer + asked[(file + Request).Length..], JsonSerializer.Serialize(answer));
        }
    }

    private static bool IsOwned(string file)
    {
        using var taken = OutboxFile.TryTake(file);
        return taken is null;
    }

    // Under another name first: what has its name is whole.
    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(path + Unfinished, options))
        {
            file.Write(text);
        }

        File.Move(path + Unfinished, path);
    }
}

/// <summary>Carries out the commands that other processes ask the owner of the embedded outbox for.</summary>
internal sealed class OwnerRequestLoop(IOutboxStore store, OperatorCommands commands, LifecycleDiagnostics diagnostics) : IBackgroundLoop
{
    public string Activity => "answering commands";

    public async Task RunAsync(CancellationToken stopping)
    {
        // Not on the host's clock: the other process waits by the machine's.
        using var timer = new PeriodicTimer(OwnerRequests.Interval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            try
            {
                if (store.File is { } file)
                {
                    await OwnerRequests.AnswerAsync(file, commands, TimeProvider.System.GetUtcNow(), stopping).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The command's process reports that it got no answer; the next request has another chance.
                diagnostics.Failed("answering a command", exception);
            }
        }
    }
}
