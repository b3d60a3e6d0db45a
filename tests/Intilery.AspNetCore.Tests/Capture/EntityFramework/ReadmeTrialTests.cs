
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

public sealed class ReadmeTrialTests
{
    [Fact]
    public void What_the_README_writes_of_accounts_and_trials_compiles()
    {
        var readme = Repository.ReadAllText("README.md");
        var parts = Repository.ReadAllText("tests/Intilery.AspNetCore.Tests/Capture/EntityFramework/ReadmeTrials.cs").Split("        // README: from here\n")[1..];

        Assert.Equal(2, parts.Length);
        Assert.All(parts, part =>
        {
            var lines = part.Split("        // to here\n")[0].TrimEnd().Split('\n').Select(line => line[Math.Min(8, line.Length)..]);
            Assert.Contains($"```csharp\n{string.Join('\n', lines)}\n```", readme, StringComparison.Ordinal);
        });
    }
}
