// SPDX-License-Identifier: LGPL-2.1-or-later
// Arguments: NAME=VALUE... PREFIX... of an app; "--" begins the next app of the same process.

sealed class Arguments
{
    public readonly int Number;
    public readonly List<string> Prefixes = [];
    readonly Dictionary<string, string> options = [];

    Arguments(int number, IEnumerable<string> words)
    {
        Number = number;
        foreach (var word in words)
        {
            if (word.Contains("://"))
                Prefixes.Add(word);
            else
                options.Add(word.Split('=')[0], word.Split('=')[1]);
        }
    }

    public string? this[string name] => options.GetValueOrDefault(name);

    public long? LongOf(string name) => this[name] is string value ? long.Parse(value) : null;

    public static List<Arguments> OfEachApp(string[] words)
    {
        var apps = new List<Arguments>();
        for (int start = 0, end; start <= words.Length; start = end + 1)
        {
            end = Array.IndexOf(words, "--", start);
            if (end < 0)
                end = words.Length;
            apps.Add(new Arguments(apps.Count, words[start..end]));
        }
        return apps;
    }
}
