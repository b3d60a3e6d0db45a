using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Detects statements that change rows of watched tables without the change tracker. They become no events, because the changed rows are
/// unknown, but are counted and, once per table, logged as a warning.
/// </summary>
internal sealed class BulkChangeMonitor(CaptureSwitch @switch, WatchedModels models, LifecycleDiagnostics diagnostics)
{
    private static readonly string[] _verbs = ["UPDATE", "DELETE", "INSERT", "MERGE", "REPLACE", "TRUNCATE"];

    public void Executed(DbCommand command, CommandExecutedEventData eventData, int rows)
    {
        if (eventData is not { CommandSource: CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw, Context: { } context }
            || rows == 0
            || !@switch.IsOn)
        {
            return;
        }

        try
        {
            var text = command.CommandText;
            if (eventData.CommandSource != CommandSource.ExecuteSqlRaw || Array.Exists(_verbs, verb => Names(text, verb)))
            {
                foreach (var table in models.Of(context.Model).Tables.Where(table => Names(text, table)))
                {
                    diagnostics.BulkChange(table);
                }
            }
        }
        catch (Exception exception)
        {
            // The application's statement has succeeded.
            diagnostics.Failed("looking at a bulk statement", exception);
        }
    }

    // Whether the statement has the word as a whole, in whatever quotes.
    private static bool Names(string statement, string word)
    {
        for (var at = 0; (at = statement.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            if ((at == 0 || !IsPart(statement[at - 1])) && (at + word.Length == statement.Length || !IsPart(statement[at + word.Length])))
            {
                return true;
            }
        }

        return false;

        static bool IsPart(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '$';
    }
}
