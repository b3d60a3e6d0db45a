using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Commands;

/// <summary>One command as it was typed.</summary>
/// <param name="Name">The command, such as <c>dead-letters retry</c>.</param>
/// <param name="Arguments">What follows the name and is no option: ids, an address, a user.</param>
/// <param name="Options">The options, with their values; the value of a switch is <c>true</c>.</param>
internal sealed record CommandRequest(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Options)
{
    public bool Has(string option) => Options.ContainsKey(option);
}

/// <summary>What a command answers: a text, the same as JSON, and the exit code.</summary>
internal sealed record CommandAnswer(int ExitCode, string Text, string Json)
{
    /// <summary>Returns the answer of a command that failed.</summary>
    public static CommandAnswer Failed(string error, int exitCode = ExitCodes.Failed) => new(exitCode, error, ToJson("error", error));

    /// <summary>
    /// Returns the answer of a command that failed, without the stack. EF Core wraps the database's own message: that one is for the
    /// operator.
    /// </summary>
    public static CommandAnswer Failed(Exception exception)
    {
        var cause = exception;
        while (cause is not (null or DbException or IOException))
        {
            cause = cause.InnerException;
        }

        return Failed(
            cause is DbException && StoreFaults.AdviceFor(StoreFaults.Of(cause)) is { } advice
                ? $"{cause.Message.Trim().TrimEnd('.')}. {advice}"
                : (cause ?? exception).Message);
    }

    /// <summary>
    /// Whether an exception is about what the command works with, such as a database that is away, and not a fault of this package.
    /// </summary>
    public static bool IsAnswer(Exception exception) =>
        exception is DbException
            or IOException
            or UnauthorizedAccessException
            or TimeoutException
            or InvalidOperationException
            or NotSupportedException;

    /// <summary>Returns the answer to arguments that are not a command to carry out.</summary>
    public static CommandAnswer Usage(int exitCode, string help, string? error = null) => error is null
        ? new CommandAnswer(exitCode, help, ToJson("help", help))
        : new CommandAnswer(exitCode, $"{error}{Environment.NewLine}{Environment.NewLine}{help}", ToJson("error", error));

    /// <summary>Prints the answer, and returns the exit code.</summary>
    public async Task<int> PrintAsync(TextWriter output, bool asJson)
    {
        await output.WriteLineAsync(asJson ? Json : Text).ConfigureAwait(false);
        return ExitCode;
    }

    private static string ToJson(string name, string text) => new JsonObject { [name] = text }.ToJsonString(CommandLine.Indented);
}

/// <summary>The exit codes of every command.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int NoAnswer = 3;
}

/// <summary>
/// The commands of <c>intilery</c>: their names, arguments and help. Parsed here and not by a library, because a reference to
/// System.CommandLine 2.0 fails the restore of applications that pin one of its many pre-releases (NU1605).
/// </summary>
internal static class CommandLine
{
    private const string Yes = "--yes";

    /// <summary>Gets how a command writes JSON.</summary>
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Syntax[] _commands =
    [
        new(
            "doctor",
            [],
            0,
            [],
            "Prints which of the ten events are captured, and how, and checks the API, the token, the clock and the outbox."),
        new(
            "samples",
            [],
            0,
            [],
            "Sends one labelled sample of each of the ten events, and prints what to do in Intilery's Schema screen."),
        new(
            "status",
            [],
            0,
            [],
            "Shows how many events wait, since when and for which destinations, whether they are delivered, and how many were rejected."),
        new(
            "backfill",
            [],
            4,
            ["--since DATE", "--events", "--dry-run", "--restart", Yes],
            "Sends the customers from before the package: users, and with --events what happened to them.")
        {
            Choices = ["users", "accounts", "memberships", "trials"],
            Confirms = request => request.Has("--events") && !request.Has("--dry-run")
                ? "Intilery may start journeys from these events."
                : null,
        },
        new(
            "dead-letters list",
            [],
            0,
            ["--max COUNT", "--after ID"],
            "Lists the events that Intilery rejected, with its message. 100 at a time."),
        new("dead-letters retry", ["ID"], int.MaxValue, ["--all"], "Delivers rejected events once more."),
        new("dead-letters purge", ["ID"], int.MaxValue, ["--all", Yes], "Deletes rejected events for good."),
        new("destinations list", [], 0, [], "Lists what waits for other destinations than the configured one."),
        new("destinations redirect", ["ADDRESS"], 1, [Yes], "Sends what waits for another destination to the configured one."),
        new("destinations purge", ["ADDRESS"], 1, [Yes], "Deletes what waits for another destination for good."),
        new("export", ["USER"], 1, [], "Prints everything that this package holds of a user, as JSON."),
        new("erase", ["USER"], 1, [Yes], "Erases everything that this package holds of a user."),
    ];

    /// <summary>Gets the names of the commands.</summary>
    public static IEnumerable<string> Names => _commands.Select(command => command.Name);

    /// <summary>Returns the request, or else the answer: help, or what is wrong with the arguments.</summary>
    public static (CommandRequest? Request, CommandAnswer? Answer) Parse(IReadOnlyList<string> arguments)
    {
        var words = arguments.TakeWhile(argument => !argument.StartsWith('-')).ToList();
        var command = _commands.FirstOrDefault(it => StartsWith(words, it.Words));
        var asksForHelp = arguments.Any(argument => argument is "--help" or "-h" or "-?");
        if (command is null)
        {
            return (null, WithoutCommand(words, asksForHelp ? ExitCodes.Done : ExitCodes.WrongUsage));
        }

        if (asksForHelp)
        {
            return (null, CommandAnswer.Usage(ExitCodes.Done, Help([command])));
        }

        return Read(command, [.. arguments.Skip(command.Words.Length)], out var fault) is { } request
            ? (request, null)
            : (null, CommandAnswer.Usage(ExitCodes.WrongUsage, Help([command]), fault));
    }

    private static CommandRequest? Read(Syntax command, IReadOnlyList<string> rest, out string? fault)
    {
        var operands = new List<string>();
        var options = new Dictionary<string, string>();
        for (var i = 0; i < rest.Count; i++)
        {
            var word = rest[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                operands.Add(word);
            }
            else if (word == "--json" || command.Options.Contains(word))
            {
                options[word] = "true";
            }
            else if (command.Options.Any(option => option.StartsWith(word + " ", StringComparison.Ordinal)))
            {
                var isDate = command.Options.Contains(word + " DATE");
                if (++i == rest.Count || (isDate ? DateOf(rest[i]) is null : !long.TryParse(rest[i], out var number) || number < 0))
                {
                    fault = isDate ? $"{word} needs a date, such as 2026-03-31 or 2026-03-31T12:00:00Z." : $"{word} needs a whole number.";
                    return null;
                }

                options[word] = rest[i];
            }
            else
            {
                fault = $"'intilery {command.Name}' has no option {word}.";
                return null;
            }
        }

        var request = new CommandRequest(command.Name, operands, options);
        fault = Fault(command, request);
        return fault is null ? request : null;
    }

    private static string? Fault(Syntax command, CommandRequest request)
    {
        if (request.Arguments.Count > command.MaxArguments || (request.Has("--all") && request.Arguments.Count > 0))
        {
            return $"'intilery {command.Name}' does not take '{request.Arguments[^1]}'.";
        }

        if (command.Arguments is [var argument] && request.Arguments.Count == 0 && !request.Has("--all"))
        {
            return $"'intilery {command.Name}' needs {argument}{(command.Options.Contains("--all") ? " or --all" : string.Empty)}.";
        }

        if (command.Arguments is ["ID"] && request.Arguments.FirstOrDefault(id => !long.TryParse(id, out _)) is { } wrong)
        {
            return $"'{wrong}' is not an id: 'intilery dead-letters list' shows them.";
        }

        if (command.Choices.Length > 0 && request.Arguments.FirstOrDefault(argument => !command.Choices.Contains(argument)) is { } unknown)
        {
            return $"'intilery {command.Name}' does not know '{unknown}'.";
        }

        if (command.Name == "backfill"
            && request.Arguments.Count > 0
            && !request.Has("--events")
            && !request.Arguments.Any(argument => argument is "users" or "trials"))
        {
            return $"Without --events there is nothing to send of {string.Join(" and ", request.Arguments)}: they are the company of their users, whom 'users' sends.";
        }

        return command.Options.Contains(Yes) && !request.Has(Yes) && command.Confirms(request) is { } warning
            ? $"{warning} Run it again with {Yes} to confirm it."
            : null;
    }

    /// <summary>Returns the date that a word is, in UTC unless it names a zone; <see langword="null"/> if it is none.</summary>
    public static DateTimeOffset? DateOf(string word) =>
        DateTimeOffset.TryParse(
            word, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? date
            : null;

    private static bool StartsWith(List<string> words, string[] name) =>
        words.Count >= name.Length && words.Take(name.Length).SequenceEqual(name);

    private static CommandAnswer WithoutCommand(List<string> words, int exitCode)
    {
        if (words.Count == 0)
        {
            return CommandAnswer.Usage(exitCode, Help(_commands));
        }

        var group = _commands.Where(command => command.Words[0] == words[0]).ToArray();
        return group.Length > 0
            ? CommandAnswer.Usage(exitCode, Help(group), words.Count > 1 ? NoCommand(string.Join(' ', words.Take(2))) : null)
            : CommandAnswer.Usage(exitCode, Help(_commands), NoCommand(words[0]));
    }

    private static string NoCommand(string name) => $"There is no command 'intilery {name}'.";

    private static string Help(IReadOnlyList<Syntax> commands)
    {
        var text = new StringBuilder();
        foreach (var command in commands)
        {
            text.Append("intilery ").AppendLine(command.Usage).Append("    ").AppendLine(command.Description);
        }

        return text
            .AppendLine()
            .Append("Every command takes --json. ")
            .AppendLine("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the process that has the events did not answer.")
            .ToString()
            .TrimEnd();
    }

    private sealed record Syntax(string Name, string[] Arguments, int MaxArguments, string[] Options, string Description)
    {
        public string[] Words { get; } = Name.Split(' ');

        /// <summary>Gets the words that may follow the name; none if they are ids or the like.</summary>
        public string[] Choices { get; init; } = [];

        /// <summary>Gets what the command prints before it is confirmed; <see langword="null"/> if it need not be.</summary>
        public Func<CommandRequest, string?> Confirms { get; init; } = _ => "This cannot be undone.";

        public string Usage => string.Join(' ', (string[])
        [
            Name,
            .. Choices.Select(choice => $"[{choice}]"),
            .. Arguments.Select(argument => MaxArguments > 1 ? argument + "..." : argument),
            .. Options.Select(option => option == Yes && Choices.Length == 0 ? option : $"[{option}]"),
        ]);
    }
}
