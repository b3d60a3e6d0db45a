using System.Text.Json.Nodes;
using Intilery.AspNetCore.Commands;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("status", "status", "")]
    [InlineData("status --json", "status", "--json=true")]
    [InlineData("backfill", "backfill", "")]
    [InlineData("backfill users trials --since 2026-03-31 --json", "backfill", "users trials --since=2026-03-31 --json=true")]
    [InlineData("backfill accounts --events --yes", "backfill", "accounts --events=true --yes=true")]
    [InlineData("backfill --events --dry-run", "backfill", "--events=true --dry-run=true")]
    [InlineData("dead-letters list --max 5 --after 17", "dead-letters list", "--max=5 --after=17")]
    [InlineData("dead-letters retry 17 18", "dead-letters retry", "17 18")]
    [InlineData("dead-letters purge --all --yes", "dead-letters purge", "--all=true --yes=true")]
    [InlineData("destinations purge https://example.test/track --yes", "destinations purge", "https://example.test/track --yes=true")]
    [InlineData("erase u1 --yes", "erase", "u1 --yes=true")]
    public void A_command_is_its_name_its_arguments_and_its_options(string line, string name, string rest)
    {
        var (request, answer) = CommandLine.Parse(line.Split(' '));

        Assert.Null(answer);
        Assert.Equal(name, request!.Name);
        Assert.Equal(rest, string.Join(' ', request.Arguments.Concat(request.Options.Select(option => $"{option.Key}={option.Value}"))));
    }

    [Theory]
    [InlineData("dead-letters retry", "'intilery dead-letters retry' needs ID or --all.")]
    [InlineData("dead-letters retry one", "'one' is not an id: 'intilery dead-letters list' shows them.")]
    [InlineData("dead-letters retry 17 --all", "'intilery dead-letters retry' does not take '17'.")]
    [InlineData("dead-letters purge 17", "This cannot be undone. Run it again with --yes to confirm it.")]
    [InlineData("dead-letters list --max many", "--max needs a whole number.")]
    [InlineData("dead-letters list --max", "--max needs a whole number.")]
    [InlineData("backfill --events", "Intilery may start journeys from these events. Run it again with --yes to confirm it.")]
    [InlineData("backfill everything", "'intilery backfill' does not know 'everything'.")]
    [InlineData("backfill accounts memberships", "Without --events there is nothing to send of accounts and memberships: they are the company of their users, whom 'users' sends.")]
    [InlineData("backfill --since yesterday", "--since needs a date, such as 2026-03-31 or 2026-03-31T12:00:00Z.")]
    [InlineData("erase --yes", "'intilery erase' needs USER.")]
    [InlineData("erase u1", "This cannot be undone. Run it again with --yes to confirm it.")]
    [InlineData("status now", "'intilery status' does not take 'now'.")]
    [InlineData("status --verbose", "'intilery status' has no option --verbose.")]
    public void What_is_wrong_is_said_with_the_usage_of_the_command(string line, string fault)
    {
        var (request, answer) = CommandLine.Parse(line.Split(' '));

        Assert.Null(request);
        Assert.Equal(2, answer!.ExitCode);
        Assert.StartsWith($"{fault}{Environment.NewLine}{Environment.NewLine}intilery {line.Split(' ')[0]}", answer.Text, StringComparison.Ordinal);
        Assert.Equal(fault, (string?)JsonNode.Parse(answer.Json)!["error"]);
    }

    [Fact]
    public void The_help_of_one_command_is_its_usage()
    {
        var (request, answer) = CommandLine.Parse(["dead-letters", "retry", "--help"]);

        Assert.Null(request);
        Assert.Equal(0, answer!.ExitCode);
        Assert.Equal(
            """
            intilery dead-letters retry ID... [--all]
                Delivers rejected events once more.

            Every command takes --json. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the process that has the events did not answer.
            """,
            answer.Text);
        Assert.Equal(answer.Text, (string?)JsonNode.Parse(answer.Json)!["help"]);
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("--help", 0)]
    [InlineData("unknown", 2)]
    public void Every_command_is_listed_where_none_is_meant(string line, int expected)
    {
        var answer = CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Answer!;

        Assert.Equal(expected, answer.ExitCode);
        Assert.All(CommandLine.Names, name => Assert.Contains($"intilery {name}", answer.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("destinations", "intilery destinations list")]
    [InlineData("destinations lst", "There is no command 'intilery destinations lst'.")]
    public void The_commands_of_a_group_are_listed_where_none_of_it_is_meant(string line, string first)
    {
        var answer = CommandLine.Parse(line.Split(' ')).Answer!;

        Assert.Equal((2, first), (answer.ExitCode, answer.Text.Split(Environment.NewLine)[0]));
        Assert.Equal(
            ["list", "redirect", "purge"],
            answer.Text.Split('\n').Where(line => line.StartsWith("intilery destinations ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[2]));
    }
}
